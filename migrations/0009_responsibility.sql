-- +goose Up

-- Jugendamt, Landesjugendamt, and authorities that supervise facilities alone.
CREATE TABLE youth_welfare_office (
    id         uuid PRIMARY KEY,
    name       text COLLATE "de-x-icu" NOT NULL
        CONSTRAINT youth_welfare_office_name_check CHECK (length(name) BETWEEN 1 AND 200),
    kind       text NOT NULL
        CONSTRAINT youth_welfare_office_kind_check CHECK (kind IN ('LOCAL', 'STATE', 'SUPERVISORY')),
    carrier_id uuid NOT NULL CONSTRAINT youth_welfare_office_carrier_fkey REFERENCES organisation,
    -- Null when not known.
    phone      text CHECK (length(phone) BETWEEN 1 AND 30),
    email      text CHECK (length(email) BETWEEN 1 AND 500),
    website    text CHECK (length(website) BETWEEN 1 AND 500),
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- For a foreign key that holds the kind of an office that is responsible.
    CONSTRAINT youth_welfare_office_id_kind_key UNIQUE (id, kind)
);

CREATE UNIQUE INDEX youth_welfare_office_name_per_carrier_key ON youth_welfare_office (carrier_id, lower(name));

CREATE INDEX youth_welfare_office_name_idx ON youth_welfare_office (name, id);

-- The post of a Verfahrenslotse (§ 10b SGB VIII); the person in it is nobody's
-- business here.
CREATE TABLE procedural_guide_post (
    id                      uuid PRIMARY KEY,
    name                    text COLLATE "de-x-icu" NOT NULL
        CONSTRAINT procedural_guide_post_name_check CHECK (length(name) BETWEEN 1 AND 200),
    youth_welfare_office_id uuid NOT NULL CONSTRAINT procedural_guide_post_office_fkey REFERENCES youth_welfare_office,
    benefit_carrier_type    text NOT NULL
        CONSTRAINT procedural_guide_post_benefit_carrier_type_check CHECK (benefit_carrier_type IN ('YOUTH_WELFARE', 'INTEGRATION_ASSISTANCE', 'BOTH')),
    phone                   text CHECK (length(phone) BETWEEN 1 AND 30),
    email                   text CHECK (length(email) BETWEEN 1 AND 500),
    website                 text CHECK (length(website) BETWEEN 1 AND 500),
    version                 integer NOT NULL DEFAULT 1,
    created_at              timestamptz NOT NULL,
    updated_at              timestamptz NOT NULL
);

CREATE UNIQUE INDEX procedural_guide_post_name_per_office_key ON procedural_guide_post (youth_welfare_office_id, lower(name));

CREATE INDEX procedural_guide_post_name_idx ON procedural_guide_post (name, id);

-- Who is responsible for a region, from when until when. Everything below the
-- region inherits it, unless it has an assignment of its own (R3).
CREATE TABLE catchment (
    id                       uuid PRIMARY KEY,
    kind                     text NOT NULL
        CONSTRAINT catchment_kind_check CHECK (kind IN ('OMBUDS_OFFICE', 'YOUTH_WELFARE_OFFICE', 'PROCEDURAL_GUIDE', 'FACILITY_SUPERVISION')),
    region_id                uuid NOT NULL,
    -- Repeated, so that the assignments below a region are found by its key.
    region_key               text COLLATE "C" NOT NULL,
    ombuds_office_id         uuid CONSTRAINT catchment_ombuds_office_fkey REFERENCES ombuds_office,
    youth_welfare_office_id  uuid,
    -- Repeated, so that a check can hold the rule which office may be what.
    youth_welfare_office_kind text,
    procedural_guide_post_id uuid CONSTRAINT catchment_procedural_guide_post_fkey REFERENCES procedural_guide_post,
    body_id                  uuid NOT NULL GENERATED ALWAYS AS (coalesce(ombuds_office_id, youth_welfare_office_id, procedural_guide_post_id)) STORED,
    scope                    text NOT NULL
        CONSTRAINT catchment_scope_check CHECK (scope IN ('LOCAL', 'REGIONAL', 'SUPRA_REGIONAL')),
    priority                 integer NOT NULL CONSTRAINT catchment_priority_check CHECK (priority BETWEEN 1 AND 100),
    -- The half-open period [valid_from, valid_to); null is open.
    valid_from               date,
    valid_to                 date,
    legal_basis              text CHECK (length(legal_basis) BETWEEN 1 AND 500),
    version                  integer NOT NULL DEFAULT 1,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,

    CONSTRAINT catchment_region_fkey FOREIGN KEY (region_id, region_key) REFERENCES region (id, key),
    CONSTRAINT catchment_youth_welfare_office_fkey
        FOREIGN KEY (youth_welfare_office_id, youth_welfare_office_kind) REFERENCES youth_welfare_office (id, kind),
    CONSTRAINT catchment_body_fits_kind CHECK (
        num_nonnulls(ombuds_office_id, youth_welfare_office_id, procedural_guide_post_id) = 1
        AND num_nonnulls(youth_welfare_office_id, youth_welfare_office_kind) <> 1
        AND CASE kind WHEN 'OMBUDS_OFFICE' THEN ombuds_office_id IS NOT NULL
                      WHEN 'PROCEDURAL_GUIDE' THEN procedural_guide_post_id IS NOT NULL
                      ELSE youth_welfare_office_id IS NOT NULL END),
    CONSTRAINT catchment_office_fits_kind CHECK (kind <> 'YOUTH_WELFARE_OFFICE' OR youth_welfare_office_kind = 'LOCAL'),
    CONSTRAINT catchment_scope_fits_kind CHECK (scope <> 'SUPRA_REGIONAL' OR kind = 'OMBUDS_OFFICE'),
    CONSTRAINT catchment_period_check CHECK (valid_from < valid_to),
    -- One alone at a time (R4).
    CONSTRAINT catchment_exclusive_excl EXCLUDE USING gist (region_id WITH =, kind WITH =, daterange(valid_from, valid_to) WITH &&)
        WHERE (kind IN ('YOUTH_WELFARE_OFFICE', 'FACILITY_SUPERVISION')),
    CONSTRAINT catchment_body_excl EXCLUDE USING gist (region_id WITH =, kind WITH =, body_id WITH =, daterange(valid_from, valid_to) WITH &&)
);

CREATE INDEX catchment_region_idx ON catchment (region_id, kind);
CREATE INDEX catchment_body_idx ON catchment (body_id, kind);
CREATE INDEX catchment_kind_key_idx ON catchment (kind, region_key, id);
CREATE INDEX catchment_region_key_idx ON catchment (region_key, id);
