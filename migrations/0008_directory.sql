-- +goose Up

-- What a site is like. Not known is another answer than no (R8).
ALTER TABLE office_site
    ADD COLUMN accessible_toilet text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_accessible_toilet_check CHECK (accessible_toilet IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN accessible_parking text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_accessible_parking_check CHECK (accessible_parking IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN induction_loop text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_induction_loop_check CHECK (induction_loop IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN sign_language text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_sign_language_check CHECK (sign_language IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN easy_read text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_easy_read_check CHECK (easy_read IN ('YES', 'NO', 'UNKNOWN')),
    -- BCP 47.
    ADD COLUMN languages text[] COLLATE "C" NOT NULL DEFAULT '{}'
        CONSTRAINT office_site_languages_check CHECK (cardinality(languages) <= 30 AND array_position(languages, NULL) IS NULL),
    ADD COLUMN formats text[] COLLATE "C" NOT NULL DEFAULT '{}'
        CONSTRAINT office_site_formats_check CHECK (formats <@ ARRAY['IN_PERSON', 'PHONE', 'VIDEO', 'CHAT', 'WRITTEN', 'OUTREACH']),
    -- Degrees, WGS 84.
    ADD COLUMN latitude double precision
        CONSTRAINT office_site_latitude_check CHECK (latitude BETWEEN -90 AND 90),
    ADD COLUMN longitude double precision
        CONSTRAINT office_site_longitude_check CHECK (longitude BETWEEN -180 AND 180),
    ADD CONSTRAINT office_site_point_check CHECK ((latitude IS NULL) = (longitude IS NULL)),
    -- Fails for a name that Postgres does not know.
    ADD COLUMN time_zone text NOT NULL DEFAULT 'Europe/Berlin'
        CONSTRAINT office_site_time_zone_check CHECK (timezone(time_zone, timestamptz '2000-01-01 00:00:00+00') IS NOT NULL);

CREATE INDEX office_site_point_idx ON office_site (latitude, longitude) WHERE latitude IS NOT NULL;

ALTER TABLE contact_channel
    ADD COLUMN usable_without_hearing text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT contact_channel_usable_without_hearing_check CHECK (usable_without_hearing IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN sign_language text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT contact_channel_sign_language_check CHECK (sign_language IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN anonymous text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT contact_channel_anonymous_check CHECK (anonymous IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN languages text[] COLLATE "C" NOT NULL DEFAULT '{}'
        CONSTRAINT contact_channel_languages_check CHECK (cardinality(languages) <= 30 AND array_position(languages, NULL) IS NULL);

-- Times of day, from 00:00 to 24:00, of the site's own clock.
CREATE TYPE timerange AS RANGE (subtype = time);

CREATE TABLE opening_period (
    site_id    uuid NOT NULL REFERENCES office_site ON DELETE CASCADE,
    weekday    text COLLATE "C" NOT NULL
        CONSTRAINT opening_period_weekday_check CHECK (weekday IN ('MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY')),
    opens      time NOT NULL,
    closes     time NOT NULL,
    -- The half-open period [valid_from, valid_to); null is open.
    valid_from date,
    valid_to   date,
    CONSTRAINT opening_period_closes_check CHECK (opens < closes),
    CONSTRAINT opening_period_valid_check CHECK (valid_from < valid_to),
    CONSTRAINT opening_period_excl EXCLUDE USING gist (
        site_id WITH =, weekday WITH =, timerange(opens, closes) WITH &&, daterange(valid_from, valid_to) WITH &&)
);

CREATE INDEX opening_period_site_idx ON opening_period (site_id);

-- A day with other hours than its week tells; closed when it has none.
CREATE TABLE opening_exception (
    site_id uuid NOT NULL REFERENCES office_site ON DELETE CASCADE,
    day     date NOT NULL,
    reason  text CONSTRAINT opening_exception_reason_check CHECK (length(reason) BETWEEN 1 AND 200),
    PRIMARY KEY (site_id, day)
);

CREATE TABLE opening_exception_hours (
    site_id uuid NOT NULL,
    day     date NOT NULL,
    opens   time NOT NULL,
    closes  time NOT NULL,
    FOREIGN KEY (site_id, day) REFERENCES opening_exception ON DELETE CASCADE,
    CONSTRAINT opening_exception_hours_closes_check CHECK (opens < closes),
    CONSTRAINT opening_exception_hours_excl EXCLUDE USING gist (site_id WITH =, day WITH =, timerange(opens, closes) WITH &&)
);

-- Legal bases and topics, from which the scope of an office is put together: a
-- list that changes with the law, so no enum. Codes never change their meaning.
CREATE TABLE catalogue_item (
    code       text COLLATE "C" PRIMARY KEY CONSTRAINT catalogue_item_code_check CHECK (code ~ '^[A-Z][A-Z0-9_]{0,49}$'),
    kind       text NOT NULL CONSTRAINT catalogue_item_kind_check CHECK (kind IN ('LEGAL_BASIS', 'TOPIC')),
    position   integer NOT NULL CONSTRAINT catalogue_item_position_key UNIQUE,
    citation   text CONSTRAINT catalogue_item_citation_check CHECK ((kind = 'LEGAL_BASIS') = (citation IS NOT NULL)),
    name_de    text NOT NULL,
    name_en    text NOT NULL,
    -- The half-open period [valid_from, valid_to); null is open.
    valid_from date,
    valid_to   date,
    CONSTRAINT catalogue_item_valid_check CHECK (valid_from < valid_to)
);

INSERT INTO catalogue_item (kind, code, position, citation, name_de, name_en) VALUES
    ('LEGAL_BASIS', 'SGB8_5', 0, '§ 5 SGB VIII', 'Wunsch- und Wahlrecht', 'Right to wish and choose'),
    ('LEGAL_BASIS', 'SGB8_8', 1, '§ 8 SGB VIII', 'Beteiligung von Kindern und Jugendlichen', 'Participation of children and adolescents'),
    ('LEGAL_BASIS', 'SGB8_8_3', 2, '§ 8 Abs. 3 SGB VIII', 'Beratung ohne Kenntnis der Personensorgeberechtigten', 'Counselling without knowledge of the custodial party'),
    ('LEGAL_BASIS', 'SGB8_9A', 3, '§ 9a SGB VIII', 'Ombudsstellen', 'Ombuds offices'),
    ('LEGAL_BASIS', 'SGB8_9B', 4, '§ 9b SGB VIII', 'Aufarbeitung und Akteneinsicht', 'Reappraisal and access to files'),
    ('LEGAL_BASIS', 'SGB8_10A', 5, '§ 10a SGB VIII', 'Beratung', 'Counselling'),
    ('LEGAL_BASIS', 'SGB8_10B', 6, '§ 10b SGB VIII', 'Verfahrenslotse', 'Procedural guide (Verfahrenslotse)'),
    ('LEGAL_BASIS', 'SGB8_13', 7, '§ 13 SGB VIII', 'Jugendsozialarbeit', 'Youth social work'),
    ('LEGAL_BASIS', 'SGB8_13A', 8, '§ 13a SGB VIII', 'Schulsozialarbeit', 'School social work'),
    ('LEGAL_BASIS', 'SGB8_16_21', 9, '§§ 16–21 SGB VIII', 'Förderung der Erziehung in der Familie', 'Support of upbringing in the family'),
    ('LEGAL_BASIS', 'SGB8_22_26', 10, '§§ 22–26 SGB VIII', 'Kindertagesbetreuung', 'Day care for children'),
    ('LEGAL_BASIS', 'SGB8_27', 11, '§ 27 SGB VIII', 'Hilfe zur Erziehung', 'Educational support'),
    ('LEGAL_BASIS', 'SGB8_28_35', 12, '§§ 28–35 SGB VIII', 'Arten der Hilfe zur Erziehung', 'Kinds of educational support'),
    ('LEGAL_BASIS', 'SGB8_35A', 13, '§ 35a SGB VIII', 'Eingliederungshilfe bei seelischer Behinderung', 'Integration assistance for mental disability'),
    ('LEGAL_BASIS', 'SGB8_36', 14, '§ 36 SGB VIII', 'Mitwirkung, Hilfeplan', 'Involvement, support plan'),
    ('LEGAL_BASIS', 'SGB8_36A_3', 15, '§ 36a Abs. 3 SGB VIII', 'Selbstbeschaffung', 'Self-procurement'),
    ('LEGAL_BASIS', 'SGB8_37', 16, '§§ 37–37c SGB VIII', 'Beratung bei Hilfen außerhalb der Familie', 'Counselling for support outside the family'),
    ('LEGAL_BASIS', 'SGB8_38', 17, '§ 38 SGB VIII', 'Hilfen im Ausland', 'Support abroad'),
    ('LEGAL_BASIS', 'SGB8_39', 18, '§ 39 SGB VIII', 'Unterhalt des Kindes', 'Maintenance of the child'),
    ('LEGAL_BASIS', 'SGB8_41', 19, '§ 41 SGB VIII', 'Hilfe für junge Volljährige', 'Support for young adults'),
    ('LEGAL_BASIS', 'SGB8_41_1_3', 20, '§ 41 Abs. 1 Satz 3 SGB VIII', 'Rückkehroption', 'Return option'),
    ('LEGAL_BASIS', 'SGB8_41A', 21, '§ 41a SGB VIII', 'Nachbetreuung', 'Aftercare'),
    ('LEGAL_BASIS', 'SGB8_42_42E', 22, '§§ 42–42e SGB VIII', 'Inobhutnahme', 'Taking into care'),
    ('LEGAL_BASIS', 'SGB8_43', 23, '§ 43 SGB VIII', 'Erlaubnis zur Kindertagespflege', 'Permit for child minding'),
    ('LEGAL_BASIS', 'SGB8_44', 24, '§ 44 SGB VIII', 'Erlaubnis zur Vollzeitpflege', 'Permit for foster care'),
    ('LEGAL_BASIS', 'SGB8_45', 25, '§ 45 SGB VIII', 'Betriebserlaubnis, Beschwerde in Einrichtungen', 'Operating permit, complaints in facilities'),
    ('LEGAL_BASIS', 'SGB8_50', 26, '§ 50 SGB VIII', 'Mitwirkung vor dem Familiengericht', 'Involvement before the family court'),
    ('LEGAL_BASIS', 'SGB8_55', 27, '§ 55 SGB VIII', 'Beistandschaft, Amtsvormundschaft', 'Legal aid for children, official guardianship'),
    ('LEGAL_BASIS', 'SGB8_86', 28, '§§ 86 ff. SGB VIII', 'Örtliche Zuständigkeit', 'Local responsibility'),
    ('LEGAL_BASIS', 'SGB8_90_94', 29, '§§ 90–94 SGB VIII', 'Kostenbeteiligung', 'Cost contribution'),
    ('LEGAL_BASIS', 'SGB9_2', 30, 'SGB IX Teil 2', 'Eingliederungshilfe', 'Integration assistance'),
    ('LEGAL_BASIS', 'SGB10_25', 31, '§ 25 SGB X', 'Akteneinsicht', 'Access to files'),
    ('LEGAL_BASIS', 'BGB_1684', 32, '§ 1684 BGB', 'Umgang', 'Contact'),
    ('TOPIC', 'GRANTING_OF_HELP', 33, NULL, 'Gewährung von Hilfe: Beginn, Fortsetzung, Umfang', 'Granting of help: beginning, continuation, extent'),
    ('TOPIC', 'SHAPING_OF_HELP', 34, NULL, 'Ausgestaltung von Hilfe', 'Shaping of help'),
    ('TOPIC', 'COMMUNICATION', 35, NULL, 'Schwierigkeiten mit Fachkräften und Kommunikation', 'Difficulties with professionals and communication'),
    ('TOPIC', 'INFORMATION_PARTICIPATION', 36, NULL, 'Information und Beteiligung', 'Information and participation'),
    ('TOPIC', 'RIGHT_TO_CHOOSE', 37, NULL, 'Wunsch- und Wahlrecht', 'Right to wish and choose'),
    ('TOPIC', 'TAKING_INTO_CARE', 38, NULL, 'Inobhutnahme', 'Taking into care'),
    ('TOPIC', 'CARE_LEAVING', 39, NULL, 'Übergang in die Selbständigkeit', 'Leaving care'),
    ('TOPIC', 'FOSTER_CARE', 40, NULL, 'Pflegefamilie', 'Foster care'),
    ('TOPIC', 'RESIDENTIAL_CARE', 41, NULL, 'Wohngruppe und Heim', 'Residential care'),
    ('TOPIC', 'INTEGRATION_ASSISTANCE', 42, NULL, 'Eingliederungshilfe', 'Integration assistance'),
    ('TOPIC', 'COST_CONTRIBUTION', 43, NULL, 'Kostenbeteiligung', 'Cost contribution'),
    ('TOPIC', 'ACCESS_TO_FILES', 44, NULL, 'Akteneinsicht', 'Access to files'),
    ('TOPIC', 'CONTACT', 45, NULL, 'Umgang', 'Contact'),
    ('TOPIC', 'DAY_CARE', 46, NULL, 'Kindertagesbetreuung', 'Day care'),
    ('TOPIC', 'COURT_PROCEEDINGS', 47, NULL, 'Laufende Gerichtsverfahren', 'Pending court proceedings');

-- Sections that the act of 10 June 2021 brought, and one of 2024.
UPDATE catalogue_item SET valid_from = '2021-06-10' WHERE code IN ('SGB8_9A', 'SGB8_10A', 'SGB8_13A', 'SGB8_41_1_3', 'SGB8_41A');
UPDATE catalogue_item SET valid_from = '2024-01-01' WHERE code = 'SGB8_10B';

-- What is read of an office one at a time; lists of offices stay narrow.
CREATE TABLE ombuds_office_profile (
    office_id               uuid PRIMARY KEY REFERENCES ombuds_office ON DELETE CASCADE,
    legal_supervisor        text NOT NULL CONSTRAINT ombuds_office_profile_legal_supervisor_check CHECK (legal_supervisor IN ('YES', 'NO', 'UNKNOWN')),
    legal_supervisor_qualification text
        CONSTRAINT ombuds_office_profile_qualification_check
            CHECK (legal_supervisor_qualification IS NULL OR legal_supervisor = 'YES' AND length(legal_supervisor_qualification) BETWEEN 1 AND 200),
    age_groups              text[] COLLATE "C" NOT NULL
        CONSTRAINT ombuds_office_profile_age_groups_check CHECK (age_groups <@ ARRAY['CHILD', 'ADOLESCENT', 'YOUNG_ADULT']),
    languages               text[] COLLATE "C" NOT NULL
        CONSTRAINT ombuds_office_profile_languages_check CHECK (cardinality(languages) <= 30 AND array_position(languages, NULL) IS NULL),
    verified_on             date,
    source                  text CONSTRAINT ombuds_office_profile_source_check CHECK (length(source) BETWEEN 1 AND 500),
    quality_label           text CONSTRAINT ombuds_office_profile_quality_label_check CHECK (length(quality_label) BETWEEN 1 AND 200),
    data_protection_regime  text
        CONSTRAINT ombuds_office_profile_data_protection_regime_check CHECK (data_protection_regime IN ('GDPR', 'SOCIAL_CODE', 'KDG', 'DSG_EKD')),
    data_protection_contact text CONSTRAINT ombuds_office_profile_data_protection_contact_check CHECK (length(data_protection_contact) BETWEEN 1 AND 500),
    CONSTRAINT ombuds_office_profile_verified_check CHECK (verified_on IS NULL OR source IS NOT NULL)
);

CREATE TABLE office_funder (
    office_id       uuid NOT NULL REFERENCES ombuds_office ON DELETE CASCADE,
    organisation_id uuid NOT NULL CONSTRAINT office_funder_organisation_fkey REFERENCES organisation,
    position        integer NOT NULL,
    PRIMARY KEY (office_id, organisation_id)
);

CREATE INDEX office_funder_organisation_idx ON office_funder (organisation_id);

-- What ties an office to a carrier in its region (R7).
CREATE TABLE independence_link (
    office_id       uuid NOT NULL REFERENCES ombuds_office ON DELETE CASCADE,
    organisation_id uuid NOT NULL CONSTRAINT independence_link_organisation_fkey REFERENCES organisation,
    kind            text NOT NULL
        CONSTRAINT independence_link_kind_check CHECK (kind IN ('MEMBERSHIP', 'FUNDING', 'SHARED_PREMISES', 'SHARED_STAFF', 'SERVICE_PROVISION', 'LINE_MANAGEMENT', 'OTHER')),
    note            text CONSTRAINT independence_link_note_check CHECK (length(note) BETWEEN 1 AND 500),
    position        integer NOT NULL,
    PRIMARY KEY (office_id, organisation_id, kind)
);

CREATE INDEX independence_link_organisation_idx ON independence_link (organisation_id);

CREATE TABLE office_scope (
    office_id uuid NOT NULL REFERENCES ombuds_office ON DELETE CASCADE,
    code      text COLLATE "C" NOT NULL CONSTRAINT office_scope_code_fkey REFERENCES catalogue_item,
    rule      text NOT NULL CONSTRAINT office_scope_rule_check CHECK (rule IN ('INCLUDED', 'EXCLUDED')),
    reason    text CONSTRAINT office_scope_reason_check CHECK (length(reason) BETWEEN 1 AND 500),
    PRIMARY KEY (office_id, code),
    CONSTRAINT office_scope_excluded_with_reason CHECK (rule = 'INCLUDED' OR reason IS NOT NULL)
);

CREATE TABLE office_text (
    office_id uuid NOT NULL REFERENCES ombuds_office ON DELETE CASCADE,
    kind      text NOT NULL CONSTRAINT office_text_kind_check CHECK (kind IN ('DESCRIPTION', 'PROCEDURE', 'ACCESS', 'RIGHTS')),
    language  text COLLATE "C" NOT NULL,
    variant   text NOT NULL CONSTRAINT office_text_variant_check CHECK (variant IN ('STANDARD', 'PLAIN', 'EASY_READ', 'DGS_VIDEO')),
    body      text CONSTRAINT office_text_body_check CHECK (length(body) BETWEEN 1 AND 10000),
    url       text CONSTRAINT office_text_url_check CHECK (length(url) BETWEEN 1 AND 500),
    PRIMARY KEY (office_id, kind, language, variant),
    CONSTRAINT office_text_form_check CHECK ((variant = 'DGS_VIDEO') = (url IS NOT NULL) AND (variant = 'DGS_VIDEO') = (body IS NULL))
);

-- What an organisation was called and was before its present name and kind.
CREATE TABLE organisation_former_name (
    organisation_id uuid NOT NULL REFERENCES organisation ON DELETE CASCADE,
    name            text COLLATE "de-x-icu" NOT NULL CONSTRAINT organisation_former_name_name_check CHECK (length(name) BETWEEN 1 AND 200),
    kind            text NOT NULL
        CONSTRAINT organisation_former_name_kind_check CHECK (kind IN ('PUBLIC_CARRIER', 'FREE_CARRIER', 'UMBRELLA_BODY', 'MINISTRY', 'RESEARCH_INSTITUTE', 'OTHER')),
    -- The half-open period [valid_from, valid_to); null is open.
    valid_from      date,
    valid_to        date NOT NULL,
    CONSTRAINT organisation_former_name_valid_check CHECK (valid_from < valid_to),
    CONSTRAINT organisation_former_name_excl EXCLUDE USING gist (organisation_id WITH =, daterange(valid_from, valid_to) WITH &&)
);

CREATE TABLE organisation_membership (
    member_id   uuid NOT NULL REFERENCES organisation ON DELETE CASCADE,
    umbrella_id uuid NOT NULL CONSTRAINT organisation_membership_umbrella_fkey REFERENCES organisation,
    -- The half-open period [valid_from, valid_to); null is open.
    valid_from  date,
    valid_to    date,
    CONSTRAINT organisation_membership_self_check CHECK (member_id <> umbrella_id),
    CONSTRAINT organisation_membership_valid_check CHECK (valid_from < valid_to),
    CONSTRAINT organisation_membership_excl EXCLUDE USING gist (member_id WITH =, umbrella_id WITH =, daterange(valid_from, valid_to) WITH &&)
);

CREATE INDEX organisation_membership_umbrella_idx ON organisation_membership (umbrella_id);
