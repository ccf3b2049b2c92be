package awsfact_test

import (
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/wire"
)

func TestIdentify(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ about, kind, partition, region, doc, uid, name string }{
		{"an instance with a name", awsfact.KindInstance, "aws", here, `{"^":{"ownerId":"111122223333"},"instanceId":"i-1","tagSet":[{"key":"Name","value":"web"}]}`, "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "web"},
		{"another partition", awsfact.KindInstance, "aws-cn", "cn-north-1", `{"^":{"ownerId":"111122223333"},"instanceId":"i-1"}`, "arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-1", ""},
		{"another owner", awsfact.KindInstance, "aws", here, `{"^":{"ownerId":"999999999999"},"instanceId":"i-1"}`, "arn:aws:ec2:eu-west-1:999999999999:instance/i-1", ""},
		{"no owner", awsfact.KindInstance, "aws", here, `{"instanceId":"i-1","tagSet":[{"key":"name","value":"no"},{"key":"Name","value":null}]}`, "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", ""},
		{"an instance without id", awsfact.KindInstance, "aws", here, `{"instanceId":null}`, "", ""},
		{"a region", awsfact.KindRegion, "aws", "global", `{"regionName":"eu-west-1"}`, "aws:111122223333:eu-west-1", "eu-west-1"},
		{"a region without name", awsfact.KindRegion, "aws", "global", `{"regionName":null}`, "", ""},
		{"defaults with nothing set", awsfact.KindDefaults, "aws", here, `{}`, "aws:111122223333:eu-west-1", "eu-west-1"},
		{"the caller", awsfact.KindIdentity, "aws", "global", `{"Account":"111122223333"}`, "aws:111122223333:global", "111122223333"},
		{"nobody", awsfact.KindIdentity, "aws", "global", `{}`, "", ""},
		{"another kind", "aws.bucket", "aws", here, `{}`, "", ""},
		{"no document", awsfact.KindInstance, "aws", here, `{`, "", ""},
	} {
		uid, name, err := awsfact.Identify(c.kind, c.partition, scope(c.region), []byte(c.doc), new(wire.Reader))
		if uid != c.uid || name != c.name || (err == nil) != (c.uid != "") {
			t.Errorf("%s: %q %q %v", c.about, uid, name, err)
		}
	}
}
