-- +goose Up

-- Below a municipality: the boroughs of Berlin and Hamburg have youth welfare
-- offices of their own. They have no official key; theirs is the municipality's
-- with two more digits.
ALTER TABLE region
    DROP CONSTRAINT region_level_check,
    DROP CONSTRAINT region_key_fits_level,
    ADD CONSTRAINT region_level_check CHECK (level IN ('LAND', 'GOVERNMENT_REGION', 'DISTRICT', 'MUNICIPALITY', 'BOROUGH')),
    ADD CONSTRAINT region_key_fits_level CHECK (
        key ~ '^[0-9]+$' AND length(key) = CASE level
            WHEN 'LAND' THEN 2 WHEN 'GOVERNMENT_REGION' THEN 3 WHEN 'DISTRICT' THEN 5 WHEN 'MUNICIPALITY' THEN 8 WHEN 'BOROUGH' THEN 10 END);

-- Where post of one code is delivered: a code may lie in several districts and
-- Länder, and a municipality has many. The region is the municipality where it is
-- known and the district otherwise.
CREATE TABLE postal_code_place (
    code      text COLLATE "C" NOT NULL CONSTRAINT postal_code_place_code_check CHECK (code ~ '^[0-9]{5}$'),
    region_id uuid NOT NULL CONSTRAINT postal_code_place_region_fkey REFERENCES region,
    place     text COLLATE "de-x-icu" NOT NULL CHECK (length(place) BETWEEN 1 AND 200),
    -- Degrees, WGS 84; null when not known.
    latitude  numeric(8, 5) CHECK (latitude BETWEEN -90 AND 90),
    longitude numeric(8, 5) CHECK (longitude BETWEEN -180 AND 180),
    PRIMARY KEY (code, region_id, place),
    CONSTRAINT postal_code_place_point_check CHECK ((latitude IS NULL) = (longitude IS NULL))
);

CREATE INDEX postal_code_place_region_idx ON postal_code_place (region_id, code);
