package awsfact_test

import (
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

func TestAResourceIsWhatItsDocumentSays(t *testing.T) {
	t.Parallel()
	const doc = `{"^":{"ownerId":"111122223333"},"instanceId":"i-1","tagSet":[{"key":"Name","value":"web"}]}`
	good := snapshot.Resource{Kind: awsfact.KindInstance, Scope: snapshot.Scope{Provider: "aws", Account: "111122223333", Region: "eu-west-1"},
		UID: "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", Name: "web", Call: awsfact.CallInstances, Doc: []byte(doc)}
	for name, c := range map[string]struct {
		change func(*snapshot.Resource)
		want   string // "" is right
	}{
		"as made":                 {func(*snapshot.Resource) {}, ""},
		"in China":                {func(r *snapshot.Resource) { r.UID = strings.Replace(r.UID, "arn:aws:", "arn:aws-cn:", 1) }, ""},
		"another instance's uid":  {func(r *snapshot.Resource) { r.UID += "2" }, "is about arn:aws:ec2:eu-west-1:111122223333:instance/i-1"},
		"another region":          {func(r *snapshot.Resource) { r.Region = "eu-west-2" }, "is about"},
		"another name":            {func(r *snapshot.Resource) { r.Name = "database" }, `called "database", and its document says "web"`},
		"another cloud's uid":     {func(r *snapshot.Resource) { r.UID = strings.Replace(r.UID, "arn:aws:", "arn:gcp:", 1) }, "no partition"},
		"another call's document": {func(r *snapshot.Resource) { r.Call = awsfact.CallRegions }, "does not list"},
		"a kind nobody knows":     {func(r *snapshot.Resource) { r.Kind = "gcp.thing" }, "does not list"},
		"a call nobody knows":     {func(r *snapshot.Resource) { r.Call = "ec2:Describe" }, "does not list"},
		"a document without an id": {func(r *snapshot.Resource) { r.Doc = []byte(`{"^":{"ownerId":"111122223333"}}`) },
			"instanceId"},
		"two ids in one document": {func(r *snapshot.Resource) { r.Doc = []byte(`{"instanceId":"i-1","instanceId":"i-2"}`) }, "instance"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := good
			c.change(&r)
			var rd wire.Reader
			err := awsfact.Belongs(&r, &rd)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
