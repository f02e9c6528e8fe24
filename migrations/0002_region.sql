-- +goose Up

CREATE TABLE region (
    id            uuid PRIMARY KEY,
    -- Amtlicher Gemeindeschlüssel: text, because leading zeros count.
    key           text COLLATE "C" NOT NULL,
    level         text NOT NULL
        CONSTRAINT region_level_check CHECK (level IN ('LAND', 'GOVERNMENT_REGION', 'DISTRICT', 'MUNICIPALITY')),
    name          text COLLATE "de-x-icu" NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    official_name text NOT NULL CHECK (length(official_name) BETWEEN 1 AND 200),
    designation   text NOT NULL CHECK (length(designation) BETWEEN 1 AND 100),
    parent_id     uuid,
    parent_key    text COLLATE "C",
    -- The half-open period [valid_from, valid_to); null is open.
    valid_from    date,
    valid_to      date,
    successor_id  uuid REFERENCES region,
    iso_code      text CHECK (iso_code ~ '^DE-[A-Z]{2}$'),
    nuts_code     text CHECK (nuts_code ~ '^DE[0-9A-Z]{1,3}$'),
    population    integer CHECK (population >= 0),
    population_on date,
    area_km2      numeric(10, 2) CHECK (area_km2 > 0),

    CONSTRAINT region_id_key_key UNIQUE (id, key),
    CONSTRAINT region_key_fits_level CHECK (
        key ~ '^[0-9]+$' AND length(key) = CASE level
            WHEN 'LAND' THEN 2 WHEN 'GOVERNMENT_REGION' THEN 3 WHEN 'DISTRICT' THEN 5 WHEN 'MUNICIPALITY' THEN 8 END),
    -- The parent's key is repeated so that a foreign key can hold both halves of
    -- the rule "a child's key starts with its parent's key" (R1).
    CONSTRAINT region_parent_fkey FOREIGN KEY (parent_id, parent_key) REFERENCES region (id, key),
    CONSTRAINT region_key_starts_with_parent CHECK (
        CASE level WHEN 'LAND' THEN parent_id IS NULL AND parent_key IS NULL
                   ELSE parent_id IS NOT NULL AND parent_key IS NOT NULL
                        AND starts_with(key, parent_key) AND length(parent_key) < length(key) END),
    CONSTRAINT region_period_check CHECK (valid_from < valid_to),
    CONSTRAINT region_successor_check CHECK (successor_id IS NULL OR valid_to IS NOT NULL),
    CONSTRAINT region_population_has_date CHECK ((population IS NULL) = (population_on IS NULL)),
    CONSTRAINT region_key_period_excl EXCLUDE USING gist (key WITH =, daterange(valid_from, valid_to) WITH &&)
);

CREATE INDEX region_key_idx ON region (key, id);
CREATE INDEX region_name_idx ON region (name, id);
CREATE INDEX region_parent_idx ON region (parent_id, key, id);
CREATE INDEX region_level_key_idx ON region (level, key, id);
