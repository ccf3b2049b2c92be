package awsfact_test

import (
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
)

// benchRole is a role as teams have them: a managed policy, some statements of
// its own, a boundary.
func benchRole(b *testing.B) *world {
	b.Helper()
	w := newWorld(b)
	w.profile()
	w.managed(adminARN, policyOf(`{"Effect":"Allow","Action":["ssm:GetParameter","ssm:PutInventory","ssmmessages:*","ec2messages:*","logs:PutLogEvents"],"Resource":"*"}`))
	w.role(role{attached: []string{adminARN}, boundary: adminARN, inline: []string{
		allow("s3:GetObject", "arn:aws:s3:::one/*"), allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs"), deny("iam:*", "*"),
		statement("Allow", "iam:PassRole", "*", `{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}`),
	}})
	return w
}

// BenchmarkInstanceWithARole reads instances whose role is known already, and
// BenchmarkInstanceWithoutARole the same instances without one: the difference
// is what power costs for each instance.
func BenchmarkInstanceWithARole(b *testing.B) {
	benchInstance(b, "<iamInstanceProfile><arn>"+profileARN+"</arn></iamInstanceProfile>")
}

func BenchmarkInstanceWithoutARole(b *testing.B) { benchInstance(b, "") }

func benchInstance(b *testing.B, members string) {
	c, doc := benchRole(b).context(), instance(b, members)
	var r awsfact.Reader
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Workload(c, doc); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRole works a role out for the first time.
func BenchmarkRole(b *testing.B) {
	w := benchRole(b)
	b.ReportAllocs()
	for b.Loop() {
		if id := identityIn(b, w.context()); !id.Power.Known() {
			b.Fatal(id.Power.Why())
		}
	}
}
