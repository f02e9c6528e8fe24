package directory

import (
	"encoding/json"
	"strconv"
	"time"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/ident"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
)

// OmbudsOfficeFilter is the GraphQL input of the same name.
type OmbudsOfficeFilter struct {
	Status                []OmbudsOfficeStatus
	Search                *string
	OpenNow               *bool
	OpenAt                *civil.Instant
	UsableWithoutSpeaking *bool
	UsableWithoutHearing  *bool
	SignLanguage          *bool
	StepFree              *bool
	EasyRead              *bool
	Anonymous             *bool
	FreeOfCharge          *bool
	Language              *string
	Format                *CounsellingFormat
	AgeGroup              *AgeGroup
	LegalBasis            *string
	Topic                 *string
	CarrierID             *ident.ID
	FunderID              *ident.ID
	NotVerifiedSince      *civil.Date
}

const (
	maxStatuses = 10
	maxCode     = 50
)

// validate normalises the filter and returns everything that is wrong with it.
// now is when OpenNow is.
func (f *OmbudsOfficeFilter) validate(now time.Time) error {
	var problems fault.Problems
	if len(f.Status) > maxStatuses {
		problems.Add("filter.status", tooMany(maxStatuses))
	}
	page.CheckSearch(f.Search, "filter.search", &problems)
	if f.OpenNow != nil && *f.OpenNow {
		if f.OpenAt != nil {
			problems.Add("filter.openAt", fault.Text{EN: "must be left out with openNow", DE: "geht nicht zusammen mit openNow"})
		}
		f.OpenAt = &civil.Instant{Time: now}
	}
	if f.Language != nil {
		language := *f.Language
		checkLanguage(&language, "filter.language", &problems)
		f.Language = &language
	}
	checkOrganisation(f.CarrierID, "filter.carrierId", &problems)
	checkOrganisation(f.FunderID, "filter.funderId", &problems)
	checkCode(f.LegalBasis, "filter.legalBasis", &problems)
	checkCode(f.Topic, "filter.topic", &problems)
	return problems.Err()
}

func checkOrganisation(id *ident.ID, path string, problems *fault.Problems) {
	if id != nil {
		id.Check(path, problems, ident.Organisation)
	}
}

func checkCode(code *string, path string, problems *fault.Problems) {
	if code != nil && (*code == "" || len(*code) > maxCode) {
		problems.Add(path, fault.Text{
			EN: "must have 1 to " + strconv.Itoa(maxCode) + " characters",
			DE: "muss 1 bis " + strconv.Itoa(maxCode) + " Zeichen lang sein",
		})
	}
}

// text is equal for filters that find the same.
func (f OmbudsOfficeFilter) text() string {
	text, err := json.Marshal(f) //nolint:musttag // read by nobody
	if err != nil {
		panic(err) // it holds nothing that JSON can't
	}
	return string(text)
}

// whereOffice appends the conditions of filter; a list of everything begins
// with "true". A fact that is not known does not meet a condition.
func whereOffice(t *postgres.Text, filter OmbudsOfficeFilter) {
	if len(filter.Status) > 0 {
		t.Add(` AND o.status = ANY(?)`, filter.Status)
	}
	if filter.Search != nil {
		t.Add(` AND o.name ILIKE ?`, page.Containing(*filter.Search))
	}
	if filter.CarrierID != nil {
		t.Add(` AND o.carrier_id = ?`, filter.CarrierID.UUID)
	}
	if filter.FunderID != nil {
		t.Add(` AND EXISTS (SELECT FROM office_funder f WHERE f.office_id = o.id AND f.organisation_id = ?)`, filter.FunderID.UUID)
	}
	if filter.NotVerifiedSince != nil {
		t.Add(` AND NOT EXISTS (SELECT FROM ombuds_office_profile p WHERE p.office_id = o.id AND p.verified_on >= ?)`, *filter.NotVerifiedSince)
	}
	whereReachable(t, filter)
	whereCounsels(t, filter)
}

func whereReachable(t *postgres.Text, filter OmbudsOfficeFilter) {
	const site, channel = ` AND EXISTS (SELECT FROM office_site s WHERE s.office_id = o.id AND `, ` AND EXISTS (SELECT FROM contact_channel c WHERE c.office_id = o.id AND `
	for _, condition := range []struct {
		asked *bool
		sql   string
	}{
		{filter.UsableWithoutSpeaking, channel + `c.usable_without_speaking = 'YES')`},
		{filter.UsableWithoutHearing, channel + `c.usable_without_hearing = 'YES')`},
		{filter.Anonymous, channel + `c.anonymous = 'YES')`},
		{filter.FreeOfCharge, channel + `c.free_of_charge = 'YES')`},
		{filter.StepFree, site + `s.step_free = 'YES')`},
		{filter.EasyRead, site + `s.easy_read = 'YES')`},
		{filter.SignLanguage, ` AND (EXISTS (SELECT FROM office_site s WHERE s.office_id = o.id AND s.sign_language = 'YES')
	OR EXISTS (SELECT FROM contact_channel c WHERE c.office_id = o.id AND c.sign_language = 'YES'))`},
	} {
		if condition.asked != nil && *condition.asked {
			t.Add(condition.sql)
		}
	}
	if filter.OpenAt != nil {
		t.Add(site+openSQL+`)`, filter.OpenAt.Time, filter.OpenAt.Time, filter.OpenAt.Time)
	}
	if filter.Format != nil {
		t.Add(site+`? = ANY(s.formats))`, *filter.Format)
	}
}

// openSQL holds for a site s that is open at an instant, given three times: on a
// day with an exception by its hours, else by those of the week.
const openSQL = `EXISTS (
	SELECT FROM opening_exception e JOIN opening_exception_hours h ON h.site_id = e.site_id AND h.day = e.day
	CROSS JOIN LATERAL (SELECT timezone(s.time_zone, ?::timestamptz)) AS l(local)
	WHERE e.site_id = s.id AND e.day = l.local::date AND h.opens <= l.local::time AND l.local::time < h.closes
	UNION ALL
	SELECT FROM opening_period w CROSS JOIN LATERAL (SELECT timezone(s.time_zone, ?::timestamptz)) AS l(local)
	WHERE w.site_id = s.id AND w.weekday = to_char(l.local, 'FMDAY') AND w.opens <= l.local::time AND l.local::time < w.closes
		AND (w.valid_from IS NULL OR w.valid_from <= l.local::date) AND (w.valid_to IS NULL OR w.valid_to > l.local::date)
		AND NOT EXISTS (SELECT FROM opening_exception e WHERE e.site_id = s.id AND e.day = timezone(s.time_zone, ?::timestamptz)::date))`

func whereCounsels(t *postgres.Text, filter OmbudsOfficeFilter) {
	if filter.Language != nil {
		t.Add(` AND (EXISTS (SELECT FROM ombuds_office_profile p WHERE p.office_id = o.id AND ? = ANY(p.languages))
	OR EXISTS (SELECT FROM office_site s WHERE s.office_id = o.id AND ? = ANY(s.languages))
	OR EXISTS (SELECT FROM contact_channel c WHERE c.office_id = o.id AND ? = ANY(c.languages)))`, *filter.Language, *filter.Language, *filter.Language)
	}
	if filter.AgeGroup != nil {
		t.Add(` AND EXISTS (SELECT FROM ombuds_office_profile p WHERE p.office_id = o.id AND ? = ANY(p.age_groups))`, *filter.AgeGroup)
	}
	whereWithin(t, LegalBasis, filter.LegalBasis)
	whereWithin(t, Topic, filter.Topic)
}

// whereWithin: everything is within the scope of an office that it does not
// exclude; where it includes some of a kind, they alone are.
func whereWithin(t *postgres.Text, kind CatalogueKind, code *string) {
	if code == nil {
		return
	}
	t.Add(` AND EXISTS (SELECT FROM catalogue_item i WHERE i.code = ? AND i.kind = ?)
	AND NOT EXISTS (SELECT FROM office_scope e WHERE e.office_id = o.id AND e.code = ? AND e.rule = 'EXCLUDED')
	AND (EXISTS (SELECT FROM office_scope e WHERE e.office_id = o.id AND e.code = ? AND e.rule = 'INCLUDED')
		OR NOT EXISTS (SELECT FROM office_scope e JOIN catalogue_item i ON i.code = e.code
			WHERE e.office_id = o.id AND e.rule = 'INCLUDED' AND i.kind = ?))`, *code, kind, *code, *code, kind)
}
