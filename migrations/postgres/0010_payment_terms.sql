-- What a payment was begun with, so that it can be begun again after a crash; refunds still to be settled.

ALTER TABLE payments ADD COLUMN terms TEXT COLLATE "C" NOT NULL DEFAULT '{"capture_now":true}';
CREATE INDEX refunds_by_status ON refunds (status, updated_at);
