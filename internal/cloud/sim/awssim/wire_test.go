package awssim_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// paths lists every element of a reply by its path from the root, with
// whether it holds a text.
func paths(t *testing.T, doc string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	var at []string
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			at = append(at, x.Name.Space+" "+x.Name.Local)
			out[strings.Join(at, "/")] = true
		case xml.EndElement:
			at = at[:len(at)-1]
		}
	}
}

// The samples are replies as the documentation of AWS shows them.
func TestRepliesHaveTheElementsOfDocumentedOnes(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 4, Regions: 5, Instances: 200})
	l := serve(t, e, awssim.Options{})
	for sample, reply := range map[string]func() string{
		"DescribeInstances":                 func() string { return client(l, e.Accounts[0], "eu-west-1").must(t, "DescribeInstances") },
		"GetInstanceMetadataDefaults":       func() string { return client(l, e.Accounts[0], "eu-central-1").must(t, "GetInstanceMetadataDefaults") },
		"GetInstanceMetadataDefaults_unset": func() string { return client(l, e.Accounts[0], "eu-west-1").must(t, "GetInstanceMetadataDefaults") },
		"GetCallerIdentity":                 func() string { return client(l, e.Accounts[0], "eu-west-1").sts().must(t, "GetCallerIdentity") },
		"Error_UnauthorizedOperation_403":   func() string { return refused(t, l, e, awssim.Forbidden) },
		"Error_RequestLimitExceeded_503":    func() string { return refused(t, l, e, awssim.Throttled) },
	} {
		b, err := os.ReadFile(filepath.Join("testdata", sample+".xml"))
		if err != nil {
			t.Fatal(err)
		}
		got := paths(t, reply())
		for p := range paths(t, string(b)) {
			if !got[p] {
				t.Errorf("%s: the reply has no %s", sample, p)
			}
		}
	}
}

func refused(t *testing.T, l *awssim.Listener, e *sim.Estate, k awssim.Kind) string {
	t.Helper()
	l.Fail(awssim.Fault{Action: "DescribeRegions", Kind: k, Count: 1})
	_, b := client(l, e.Accounts[0], "eu-west-1").call(t, "DescribeRegions")
	l.Reset()
	return b
}

func TestLargeInstanceIsAsLongAsARealOne(t *testing.T) {
	t.Parallel()
	e := sim.Big(400)
	b := client(serve(t, e, awssim.Options{}), e.Accounts[0], "eu-west-1").must(t, "DescribeInstances")
	if n := len(b) / 100; n < 9200 || n > 10200 {
		t.Errorf("%d bytes an instance, a real one has about 9,660", n)
	}
	if !strings.Contains(b, "\n    <reservationSet>\n        <item>\n            <reservationId>r-") {
		t.Errorf("not indented as EC2 does it: %.400s", b)
	}
}

func TestRepliesAreCompressedForThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	e := sim.Big(2000)
	l := serve(t, e, awssim.Options{})
	bare := client(l, e.Accounts[0], "eu-west-1")
	bare.http.Transport = bareTransport()
	want := texts(t, bare.must(t, "DescribeInstances", "MaxResults=500"), "instanceId")
	zip := client(l, e.Accounts[0], "eu-west-1") // asks for gzip by itself
	for range 3 {
		resp, err := zip.http.Do(zip.request(t, "DescribeInstances", "MaxResults=500"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !resp.Uncompressed {
			t.Fatalf("compressed: %t; %v", resp.Uncompressed, err)
		}
		if got := texts(t, string(b), "instanceId"); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Error("compressed, the reply lists other instances")
		}
	}
	id := want[7]
	zip.must(t, "ModifyInstanceMetadataOptions", "InstanceId="+id, "HttpPutResponseHopLimit=61")
	if b := zip.must(t, "DescribeInstances", "MaxResults=500"); strings.Count(b, "<httpPutResponseHopLimit>61<") != 1 {
		t.Error("a compressed reply tells an old state")
	}
}
