package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ask sends a query, fails the test when it has errors, and reads its data into
// T.
func ask[T any](t *testing.T, address, query string) T {
	t.Helper()
	got := send(t, address, golden{query: query})
	if got.Errors != nil {
		t.Fatalf("%s answers %v", query, got.Errors)
	}
	var data T
	if err := json.Unmarshal(got.Data, &data); err != nil {
		t.Fatal(err)
	}
	return data
}

type keyed struct{ Key string }

// districtsBelow are the keys of the districts with a prefix.
func districtsBelow(t *testing.T, address, prefix string) []string {
	t.Helper()
	data := ask[struct{ Regions struct{ Nodes []keyed } }](t, address,
		fmt.Sprintf(`{ regions(filter: {level: DISTRICT, keyPrefix: %q}, first: 100) { nodes { key } } }`, prefix))
	keys := make([]string, len(data.Regions.Nodes))
	for i, r := range data.Regions.Nodes {
		keys[i] = r.Key
	}
	return keys
}

// § 16e Abs. 1 Nds. AG SGB VIII lists the districts of four regional ombuds
// offices name by name: they are the districts of four key prefixes.
func TestRegionalOfficesOfLowerSaxonyCoverEachDistrictOnce(t *testing.T) {
	t.Parallel()
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard)
	data := ask[struct {
		Catchments struct {
			Nodes []struct {
				Region       keyed
				Scope        string
				LegalBasis   string
				OmbudsOffice struct{ Name string }
			}
			PageInfo struct{ HasNextPage bool }
		}
	}](t, address, `{ catchments(filter: {kind: OMBUDS_OFFICE}, first: 100) {
  nodes { region { key } scope legalBasis ombudsOffice { name } } pageInfo { hasNextPage }
} }`)
	if data.Catchments.PageInfo.HasNextPage {
		t.Fatal("there are more catchments than a page has")
	}
	regional, supraRegional := map[string][]string{}, map[string][]string{}
	for _, c := range data.Catchments.Nodes {
		if !strings.HasPrefix(c.LegalBasis, "§ 16e") {
			continue
		}
		byScope := map[string]map[string][]string{"REGIONAL": regional, "SUPRA_REGIONAL": supraRegional}[c.Scope]
		byScope[c.OmbudsOffice.Name] = append(byScope[c.OmbudsOffice.Name], c.Region.Key)
	}
	want := map[string][]string{}
	for name, prefix := range map[string]string{
		"Ombudsstelle Region Braunschweig (Demo)": "031", "Ombudsstelle Region Hannover (Demo)": "032",
		"Ombudsstelle Region Lüneburg (Demo)": "033", "Ombudsstelle Region Weser-Ems (Demo)": "034",
	} {
		want[name] = districtsBelow(t, address, prefix)
	}
	if diff := cmp.Diff(want, regional); diff != "" {
		t.Errorf("the regional catchments are others:\n%s", diff)
	}
	if diff := cmp.Diff(map[string][]string{"Überregionale Ombudsstelle Niedersachsen (Demo)": {"03"}}, supraRegional); diff != "" {
		t.Errorf("the supra-regional catchment is another:\n%s", diff)
	}
	sizes, all := map[string]int{}, []string{}
	for _, keys := range regional {
		sizes[keys[0][:3]] = len(keys)
		all = append(all, keys...)
	}
	if diff := cmp.Diff(map[string]int{"031": 10, "032": 7, "033": 11, "034": 17}, sizes); diff != "" {
		t.Error(diff)
	}
	slices.Sort(all)
	if diff := cmp.Diff(districtsBelow(t, address, "03"), all); diff != "" || len(all) != 45 {
		t.Errorf("%d districts are covered, not each of Lower Saxony once:\n%s", len(all), diff)
	}
}
