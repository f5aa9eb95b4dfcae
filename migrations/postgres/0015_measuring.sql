-- What measuring reads: which products each strategy showed on which day, and the ways to credit lists quickly.
-- Outside of experiments both keys are empty, for a key column holds no NULL.

CREATE TABLE shown_products (
    strategy_id TEXT COLLATE "C" NOT NULL,
    experiment_key TEXT COLLATE "C" NOT NULL,
    variant_key TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    product_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (strategy_id, experiment_key, variant_key, day, product_id)
);
CREATE INDEX shown_products_by_arm ON shown_products (experiment_key, variant_key, product_id)
    WHERE experiment_key <> '';
CREATE INDEX shown_products_by_day ON shown_products (day);

INSERT INTO shown_products (strategy_id, experiment_key, variant_key, day, product_id)
SELECT DISTINCT r.strategy_id, COALESCE(r.experiment_key, ''), COALESCE(r.variant_key, ''), r.served_at / 86400000,
    item.value ->> 'product_id'
FROM served_recommendations r, json_array_elements(CAST(r.items AS JSON)) AS item (value);

CREATE INDEX served_recommendations_by_arm ON served_recommendations (experiment_key, variant_key, subject_id)
    WHERE experiment_key IS NOT NULL;
CREATE INDEX order_lines_by_recommendation ON order_lines (recommendation_id) WHERE recommendation_id IS NOT NULL;
CREATE INDEX interactions_by_time ON interactions (occurred_at, subject_id);
