package ibm

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

// BenchmarkInstances lists the same 1,000 servers with the SDK's own pager, and
// as the collector does: documents, hashes and identities included. What each
// was made with is remembered, so that both send the same requests.
func BenchmarkInstances(b *testing.B) {
	const pages, perPage = 10, 100
	pool := cannedPages(b, pages, perPage)
	o := options(&fake{Server: pool})
	o.Recall = func(region, uid string, _ time.Time) (snapshot.Resource, bool) {
		r := snapshot.Resource{Kind: ibmfact.KindInitialization, Scope: snapshot.Scope{Provider: Provider, Account: account, Region: region},
			UID: ibmfact.InitializationUID(uid), Call: ibmfact.CallInitialization, Doc: []byte(`{}`)}
		r.Seal()
		return r, true
	}
	c, err := Connect(context.Background(), o)
	if err != nil {
		b.Fatal(err)
	}
	for name, list := range map[string]func() error{
		"pager": func() error {
			n, err := c.paginate(context.Background(), south)
			if n != pages*perPage {
				return fmt.Errorf("%d servers", n)
			}
			return err
		},
		"collector": func() error {
			s := &ask.Ledger{}
			if err := c.Ask(context.Background(), s, cloud.PartWorkloads, south); err != nil {
				return err
			}
			for _, a := range s.Answers {
				if a.Call == ibmfact.CallInstances && a.Items == pages*perPage {
					return nil
				}
			}
			return fmt.Errorf("%+v", s.Answers)
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := list(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*pages*perPage)/1e3, "µs/server")
		})
	}
}

// cannedPages serves pages that were written before.
func cannedPages(b *testing.B, pages, perPage int) *httptest.Server {
	b.Helper()
	body := make([]string, pages)
	for p := range pages {
		var list []string
		for i := range perPage {
			list = append(list, cannedServer(p*perPage+i))
		}
		next := ""
		if p < pages-1 {
			next = fmt.Sprintf(`,"next":{"href":"https://x/v1/instances?start=t%d"}`, p+1)
		}
		body[p] = `{"first":{"href":"https://x/v1/instances"},"limit":100,"instances":[` + strings.Join(list, ",") + `]` + next + `}`
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/token"):
			tell(w, 200, fmt.Sprintf(`{"access_token":%q,"expires_in":3600,"expiration":%d}`, jwt(account), time.Now().Add(time.Hour).Unix()))
		case strings.HasSuffix(r.URL.Path, "/instances"):
			p := 0
			_, _ = fmt.Sscanf(r.URL.Query().Get("start"), "t%d", &p) // the first page has none
			tell(w, 200, body[p])
		default:
			list := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
			tell(w, 200, fmt.Sprintf(`{%q:[]}`, list))
		}
	}))
	b.Cleanup(s.Close)
	return s
}

// cannedServer is as long as real ones are.
func cannedServer(i int) string {
	const crn = "crn:v1:bluemix:public:is:us-south-1:a/0123456789abcdef0123456789abcdef::"
	ref := func(kind, id string) string {
		return fmt.Sprintf(`{"crn":"%s%s:%s","href":"https://us-south.iaas.cloud.ibm.com/v1/%s/%s","id":%q,"name":"%s-%d","resource_type":%q}`, crn, kind, id, kind, id, id, kind, i, kind)
	}
	id := fmt.Sprintf("0717_%08x-b177-46fb-baf1-bc152b2e391a", i)
	face := fmt.Sprintf(`{"href":"h","id":"0717-att-%d","name":"eth0","primary_ip":{"address":"10.240.%d.%d","href":"h","id":"0717-ip-%d","name":"ip","resource_type":"subnet_reserved_ip"},"resource_type":"instance_network_attachment","subnet":%s,"virtual_network_interface":%s}`,
		i, i/250, i%250, i, ref("subnet", "0717-s"), ref("virtual-network-interface", fmt.Sprint("0717-v-", i)))
	return fmt.Sprintf(`{"id":%q,"crn":"%sinstance:%s","name":"web-%d","href":"https://us-south.iaas.cloud.ibm.com/v1/instances/%s","status":"running","status_reasons":[],"resource_type":"instance","created_at":"2026-01-02T03:04:05.006Z",
"metadata_service":{"enabled":true,"protocol":"https","response_hop_limit":1},"availability_policy":{"host_failure":"restart","preemption":"stop"},"bandwidth":4000,"memory":8,"vcpu":{"architecture":"amd64","count":2,"manufacturer":"intel","percentage":100},
"boot_volume_attachment":{"device":{"id":"d"},"href":"h","id":"b","name":"boot","volume":%s},"volume_attachments":[{"device":{"id":"d"},"href":"h","id":"b","name":"boot","volume":%s}],
"network_attachments":[%s],"primary_network_attachment":%s,"network_interfaces":[],"disks":[],"health_reasons":[],"health_state":"ok","lifecycle_reasons":[],"lifecycle_state":"stable",
"image":%s,"profile":{"href":"h","name":"bx2-2x8","resource_type":"instance_profile"},"vpc":%s,"zone":{"href":"h","name":"us-south-1"},"resource_group":{"href":"h","id":"rg","name":"Default"},"startable":true,"enable_secure_boot":false}`,
		id, crn, id, i, id, ref("volume", "r006-b"), ref("volume", "r006-b"), face, face, ref("image", "r006-i"), ref("vpc", "r006-vpc"))
}
