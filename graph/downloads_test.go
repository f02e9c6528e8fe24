package graph

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestDownloads(t *testing.T) {
	t.Parallel()
	db := demoWorlds(t).New(t)
	logged := &log{}
	one, other := newTestServer(t, db, logged), newTestServer(t, db, logged)
	for _, name := range []string{"15.json", "DE-ST.json", "15.hsds.json", "DE-ST.hsds.json"} {
		first, body := request(t, http.MethodGet, one+"/directory/"+name, "", nil)
		tag := first.Header.Get("ETag")
		if first.StatusCode != http.StatusOK || !strings.HasPrefix(tag, `W/"`) || first.Header.Get("Content-Type") != "application/json" ||
			!strings.HasPrefix(first.Header.Get("Cache-Control"), "public, max-age=") || !json.Valid([]byte(body)) {
			t.Fatalf("%s answers %d with %v", name, first.StatusCode, first.Header)
		}
		same, again := request(t, http.MethodGet, other+"/directory/"+name, "", map[string]string{"Authorization": "Bearer wrong"})
		if again != body || same.Header.Get("ETag") != tag {
			t.Errorf("%s is another one at the second server", name)
		}
		for _, known := range []string{tag, strings.TrimPrefix(tag, "W/"), `"x", ` + tag, "*"} {
			if resp, body := request(t, http.MethodGet, other+"/directory/"+name, "", map[string]string{"If-None-Match": known}); resp.StatusCode != http.StatusNotModified || body != "" || resp.Header.Get("ETag") != tag {
				t.Errorf("%s with %s answers %d and %d bytes", name, known, resp.StatusCode, len(body))
			}
		}
		if resp, body := request(t, http.MethodHead, one+"/directory/"+name, "", nil); resp.StatusCode != http.StatusOK || resp.Header.Get("ETag") != tag || body != "" {
			t.Errorf("HEAD %s answers %d and %d bytes", name, resp.StatusCode, len(body))
		}
	}
	resp, body := request(t, http.MethodGet, one+"/directory/15.json", "", nil)
	if _, err := db.Exec(t.Context(), `UPDATE contact_channel SET note = 'Mittwochs' WHERE value = '+49 30 23125 102'`); err != nil {
		t.Fatal(err)
	}
	changed, now := request(t, http.MethodGet, one+"/directory/15.json", "", map[string]string{"If-None-Match": resp.Header.Get("ETag")})
	if changed.StatusCode != http.StatusOK || changed.Header.Get("ETag") == resp.Header.Get("ETag") || now == body {
		t.Errorf("after a change it answers %d", changed.StatusCode)
	}
	if logged.String() != "" {
		t.Errorf("logged:\n%s", logged)
	}
}

func TestDownloadsAreCompressed(t *testing.T) {
	t.Parallel()
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard)
	_, plain := request(t, http.MethodGet, address+"/directory/03.json", "", nil)
	resp, packed := request(t, http.MethodGet, address+"/directory/03.json", "", map[string]string{"Accept-Encoding": "gzip"})
	unpacked, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil || resp.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v, %v", resp.Header, err)
	}
	if body, err := io.ReadAll(unpacked); err != nil || string(body) != plain || len(packed)*4 > len(plain) {
		t.Errorf("%d bytes for %d, %v", len(packed), len(plain), err)
	}
}

func TestDownloadsThatThereAreNot(t *testing.T) {
	t.Parallel()
	address := newTestServer(t, demoWorlds(t).New(t), io.Discard) + "/directory/"
	for _, name := range []string{"", "17.json", "15003.json", "15090.hsds.json", "15.json/", "15/", "15", "15.xml", "15.HSDS.json", "a/15.json", "15.json.json", "%00.json", "DE-XX.json", ".json", ".hsds.json"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			resp, body := request(t, method, address+name, "", nil)
			if resp.StatusCode != http.StatusNotFound || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("ETag") != "" ||
				method == http.MethodGet && !strings.Contains(body, `"code":"NOT_FOUND"`) {
				t.Errorf("%s %q answers %d %v: %s", method, name, resp.StatusCode, resp.Header, body)
			}
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		resp, body := request(t, method, address+"15.json", "{}", nil)
		if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET, HEAD" || !strings.Contains(body, `"code":"BAD_USER_INPUT"`) {
			t.Errorf("%s answers %d: %s", method, resp.StatusCode, body)
		}
	}
	if _, body := request(t, http.MethodGet, address+"17.json", "", map[string]string{"Accept-Language": "de"}); !strings.Contains(body, "Es gibt kein Land") {
		t.Errorf("in German it answers %s", body)
	}
}

func TestDownloadsWithoutADatabase(t *testing.T) {
	t.Parallel()
	db := demoWorlds(t).New(t)
	logged := &log{}
	address := newTestServer(t, db, logged)
	if _, err := db.Exec(t.Context(), `ALTER TABLE catchment RENAME TO moved`); err != nil {
		t.Fatal(err)
	}
	resp, body := request(t, http.MethodGet, address+"/directory/15.json", "", nil)
	if resp.StatusCode != http.StatusInternalServerError || !strings.Contains(body, `"requestId"`) || strings.Contains(body, "catchment") {
		t.Errorf("a defect answers %d: %s", resp.StatusCode, body)
	}
	if !strings.Contains(logged.String(), "request failed") {
		t.Error("the defect was not logged")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if resp, body := request(t, http.MethodGet, address+"/directory/15.hsds.json", "", nil); resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "UNAVAILABLE") {
		t.Errorf("without a database it answers %d: %s", resp.StatusCode, body)
	}
}
