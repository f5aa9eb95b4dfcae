-- A use that was given back is remembered: the order may still be paid, late, and then needs it again.
ALTER TABLE voucher_redemptions ADD COLUMN returned_at BIGINT;
