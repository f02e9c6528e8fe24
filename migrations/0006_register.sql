-- +goose Up

-- What the official register says of a municipality beyond its key.
ALTER TABLE region
    -- Amtlicher Regionalschlüssel: the key with four digits for the association of
    -- municipalities (Gemeindeverband) in between. It holds the key, and so has one
    -- holder at a time as the key has.
    ADD COLUMN ars text COLLATE "C",
    ADD COLUMN association text COLLATE "de-x-icu" CHECK (length(association) BETWEEN 1 AND 200),
    ADD CONSTRAINT region_ars_check CHECK (
        ars IS NULL OR ars ~ '^[0-9]{12}$' AND level = 'MUNICIPALITY' AND left(ars, 5) = left(key, 5) AND right(ars, 3) = right(key, 3)),
    ADD CONSTRAINT region_association_of_municipality CHECK (association IS NULL OR level = 'MUNICIPALITY');

CREATE INDEX region_successor_idx ON region (successor_id, key) WHERE successor_id IS NOT NULL;

-- Names are found by the trigrams that they share with what was typed.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- One spelling for what people spell in several ways: ä, ae and a are one, so are
-- ß, ss and s; no accents, no capitals, single spaces for everything else. It is
-- made for comparing, not for showing. In PL/pgSQL because the planner would write
-- the body of an SQL function out for each use, and take longer than the search.
-- +goose StatementBegin
CREATE FUNCTION search_fold(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN btrim(regexp_replace(
    replace(replace(replace(replace(
        regexp_replace(translate(normalize(lower(name COLLATE "de-x-icu"), NFKD), 'łđøæœß', 'ldoaos'), '[\u0300-\u036f]', '', 'g'),
    'ae', 'a'), 'oe', 'o'), 'ue', 'u'), 'ss', 's'),
    '[^a-z0-9]+', ' ', 'g'));
END
$$;
-- +goose StatementEnd

ALTER TABLE region
    ADD COLUMN search_name text COLLATE "C" GENERATED ALWAYS AS (search_fold(name)) STORED,
    ADD COLUMN search_text text COLLATE "C" GENERATED ALWAYS AS (search_fold(designation || ' ' || official_name)) STORED;

-- Kept as well: folding is dear, and the index tells only which rows may match.
ALTER TABLE postal_code_place
    ADD COLUMN search_name text COLLATE "C" GENERATED ALWAYS AS (search_fold(place)) STORED;

-- Without fastupdate, whose list of pending entries makes the index look so dear
-- after an import that it is not used.
CREATE INDEX region_search_idx ON region USING gin (search_name gin_trgm_ops, search_text gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX postal_code_place_search_idx ON postal_code_place USING gin (search_name gin_trgm_ops) WITH (fastupdate = off);

-- Regions that belong together for a forum or a network, whatever the tree says.
CREATE TABLE region_group (
    id          uuid PRIMARY KEY,
    name        text COLLATE "de-x-icu" NOT NULL
        CONSTRAINT region_group_name_check CHECK (length(name) BETWEEN 1 AND 200),
    description text CHECK (length(description) BETWEEN 1 AND 500),
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

CREATE UNIQUE INDEX region_group_name_key ON region_group (lower(name));
CREATE INDEX region_group_name_idx ON region_group (name, id);

CREATE TABLE region_group_member (
    group_id  uuid NOT NULL REFERENCES region_group ON DELETE CASCADE,
    region_id uuid NOT NULL CONSTRAINT region_group_member_region_fkey REFERENCES region,
    PRIMARY KEY (group_id, region_id)
);

CREATE INDEX region_group_member_region_idx ON region_group_member (region_id, group_id);
