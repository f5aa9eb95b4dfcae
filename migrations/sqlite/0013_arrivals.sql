-- What a guest brought to a registration, until they first sign in.

CREATE TABLE arrivals (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    visitor_id TEXT,
    cart_id TEXT
);
