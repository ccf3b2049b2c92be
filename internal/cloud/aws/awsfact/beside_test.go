package awsfact_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const instanceARN = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"

// document makes one from JSON, as a collector stores it.
func jsonDocument(t testing.TB, call, kind, region, uid, json string) snapshot.Resource {
	t.Helper()
	doc, err := wire.CanonicalJSON(nil, []byte(json))
	if err != nil {
		t.Fatal(err)
	}
	r := snapshot.Resource{Kind: kind, Scope: scope(region), UID: uid, Call: call, Doc: doc}
	r.Seal()
	return r
}

func wholeAnswer(call, region, subject string) snapshot.Answer {
	a := answer(call, region, snapshot.Complete, snapshot.NoCause)
	a.Subject = subject
	return a
}

func refusedAnswer(call, region, subject string) snapshot.Answer {
	a := answer(call, region, snapshot.Refused, snapshot.Denied)
	a.Subject, a.Code = subject, "AccessDenied"
	return a
}

// beside reads i-1 with documents and answers beside it.
func readBeside(t testing.TB, members string, rs []snapshot.Resource, as ...snapshot.Answer) *estate.Workload {
	t.Helper()
	c := snapshot.NewContext(awsfact.Provider, account, at, nil, nil).Beside(rs, as)
	w, err := new(awsfact.Reader).Workload(c, instance(t, members))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestUsageIsTheSumOfWhatWasCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about, result string
		want          any
	}{
		{"two datapoints", `{"Values":[3.0,4],"StatusCode":"Complete"}`, int64(7)},
		{"counted and nothing was", `{"Values":[0.0,0.0],"StatusCode":"Complete"}`, int64(0)},
		{"large numbers in their own way of writing", `{"Values":[1.5E3],"StatusCode":"Complete"}`, int64(1500)},
		{"no datapoint is not nothing", `{"Values":[],"StatusCode":"Complete"}`, "? absent no datapoint"},
		{"no list of datapoints", `{"StatusCode":"Complete"}`, "? absent no datapoint"},
		{"some of the data", `{"Values":[3.0],"StatusCode":"PartialData"}`, "? unknown_value PartialData"},
		{"an error of CloudWatch's", `{"Values":[],"StatusCode":"InternalError"}`, "? unknown_value InternalError"},
		{"not ours to see", `{"Values":[],"StatusCode":"Forbidden"}`, "? unknown_value Forbidden"},
		{"no word of how it went", `{"Values":[3.0]}`, "? absent /StatusCode"},
		{"half a request", `{"Values":[0.5],"StatusCode":"Complete"}`, "? unknown_value 0.5"},
		{"less than nothing", `{"Values":[-1.0],"StatusCode":"Complete"}`, "? unknown_value -1.0"},
		{"not a number", `{"Values":["many"],"StatusCode":"Complete"}`, "? unknown_value many"},
		{"more than can be counted", `{"Values":[1e300],"StatusCode":"Complete"}`, "? unknown_value [1e300]"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			rs := []snapshot.Resource{
				jsonDocument(t, awsfact.CallMetrics, awsfact.KindMetric, here, instanceARN+"/MetadataNoToken", c.result),
				jsonDocument(t, awsfact.CallMetrics, awsfact.KindMetric, here, instanceARN+"/MetadataNoTokenRejected", `{"Values":[2],"StatusCode":"Complete"}`),
			}
			w := readBeside(t, "", rs)
			if got := told(w.Usage.NoToken); got != c.want {
				t.Errorf("answered: %v, want %v", got, c.want)
			}
			if got := told(w.Usage.Rejected); got != int64(2) {
				t.Errorf("refused: %v, want 2", got)
			}
		})
	}
}

func TestWhatWasNotToldBesideAnInstanceHasItsReason(t *testing.T) {
	t.Parallel()
	off := snapshot.Answer{Key: snapshot.Key{Call: awsfact.CallUserData, Scope: scope(here)}, Cause: snapshot.OutOfScope}
	for _, c := range []struct {
		about string
		a     []snapshot.Answer
		of    func(*estate.Workload) any
		want  any
	}{
		{"nobody asked CloudWatch", nil, noToken, "? not_collected"},
		{"CloudWatch refused", []snapshot.Answer{refusedAnswer(awsfact.CallMetrics, here, "")}, noToken, "? denied AccessDenied"},
		{"CloudWatch refused for this instance", []snapshot.Answer{wholeAnswer(awsfact.CallMetrics, here, ""), refusedAnswer(awsfact.CallMetrics, here, "i-1")}, noToken, "? denied AccessDenied"},
		{"CloudWatch answered and said nothing of it", []snapshot.Answer{wholeAnswer(awsfact.CallMetrics, here, "")}, noToken, "? absent i-1"},
		{"user data is switched off", []snapshot.Answer{off}, present, "? out_of_scope"},
		{"user data was refused", []snapshot.Answer{refusedAnswer(awsfact.CallUserData, here, "i-1")}, present, "? denied AccessDenied"},
		{"Systems Manager refused", []snapshot.Answer{refusedAnswer(awsfact.CallManaged, here, "")}, managed, "? denied AccessDenied"},
		{"Systems Manager was not asked", nil, managed, "? not_collected"},
		{"Systems Manager listed all that it manages, and not this one", []snapshot.Answer{wholeAnswer(awsfact.CallManaged, here, "")}, managed, false},
		{"patch states were refused", []snapshot.Answer{refusedAnswer(awsfact.CallPatches, here, "")}, patchState, "? denied AccessDenied"},
		{"patch states were listed, and none of this one", []snapshot.Answer{wholeAnswer(awsfact.CallManaged, here, ""), wholeAnswer(awsfact.CallPatches, here, "")}, patchState, "none"},
		{"patch states were refused, and it is not among those that were asked about", []snapshot.Answer{wholeAnswer(awsfact.CallManaged, here, ""), refusedAnswer(awsfact.CallPatches, here, "")}, patchState, "none"},
		{"patch states were listed of those that are managed, and who is was refused", []snapshot.Answer{refusedAnswer(awsfact.CallManaged, here, ""), wholeAnswer(awsfact.CallPatches, here, "")}, patchState, "? denied AccessDenied"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			if got := c.of(readBeside(t, "", nil, c.a...)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func noToken(w *estate.Workload) any    { return told(w.Usage.NoToken) }
func present(w *estate.Workload) any    { return told(w.UserData.Present) }
func managed(w *estate.Workload) any    { return told(w.Patches.Managed) }
func patchState(w *estate.Workload) any { return told(w.Patches.State) }

func TestUserDataTellsKindsAndPlacesOfSecrets(t *testing.T) {
	t.Parallel()
	const one = `{"hash":"[redacted:x]","kind":"aws_access_key","line":4,"place":"part 2"}`
	secret := estate.Secret{Kind: "aws_access_key", Place: "part 2", Line: 4, Hash: "[redacted:x]", Path: "/userData/value/finds/0"}
	for _, c := range []struct {
		about, data string
		present     any
		secrets     []estate.Secret
		gap         string
	}{
		{"nothing is given to it", `{"userData":null}`, false, nil, ""},
		{"nor where the member is left out", `{}`, false, nil, ""},
		{"an empty value", `{"userData":{"value":null}}`, false, nil, ""},
		{"user data without secrets", `{"userData":{"value":{"bytes":9,"finds":[],"format":"text","readable":true,"why":""}}}`, true, nil, ""},
		{"a secret", `{"userData":{"value":{"bytes":9,"finds":[` + one + `],"format":"text","readable":true,"why":""}}}`, true, []estate.Secret{secret}, ""},
		{"what could not be read may hold more", `{"userData":{"value":{"bytes":9,"finds":[` + one + `],"format":"gzip","readable":false,"why":"cut short"}}}`, true, []estate.Secret{secret}, "unreadable cut short"},
		{"nothing found in what could not be read", `{"userData":{"value":{"bytes":9,"finds":[],"format":"gzip","readable":false,"why":"cut short"}}}`, true, nil, "unreadable cut short"},
		{"no word of whether it could be read", `{"userData":{"value":{"finds":[]}}}`, true, nil, "unreadable"},
		{"a find that says not what it is", `{"userData":{"value":{"finds":[{"line":1}],"readable":true}}}`, true, nil, "unknown_value /userData/value/finds/0"},
		{"replaced unread", `{"userData":{"value":"[redacted:hidden:0000000000000000]"}}`, "? out_of_scope /userData/value", nil, "out_of_scope /userData/value"},
		{"something else in its place", `{"userData":{"value":"aGVsbG8="}}`, "? unknown_value /userData/value", nil, "unknown_value /userData/value"},
		{"something else in place of the element", `{"userData":"aGVsbG8="}`, "? unknown_value /userData", nil, "unknown_value /userData"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := readBeside(t, "", []snapshot.Resource{jsonDocument(t, awsfact.CallUserData, awsfact.KindUserData, here, instanceARN+"/user-data", c.data)})
			gap := ""
			if !w.UserData.Secrets.Whole() {
				why := w.UserData.Secrets.Gaps()[0]
				gap = string(why.Cause)
				if why.Detail != "" {
					gap += " " + why.Detail
				}
			}
			got := []any{told(w.UserData.Present), w.UserData.Secrets.Items(), gap}
			if diff := cmp.Diff([]any{c.present, c.secrets, c.gap}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnAgentThatReportsIsOnline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about, info string
		want        any
	}{
		{"online", `{"PingStatus":"Online"}`, true},
		{"it has lost its connection", `{"PingStatus":"ConnectionLost"}`, false},
		{"inactive, as AWS wrote once", `{"PingStatus":"Inactive"}`, false},
		{"a word that AWS may add", `{"PingStatus":"Dozing"}`, "? unknown_value Dozing"},
		{"no word", `{}`, "? absent /PingStatus"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			rs := []snapshot.Resource{jsonDocument(t, awsfact.CallManaged, awsfact.KindManaged, here, instanceARN+"/ssm", c.info)}
			if got := managed(readBeside(t, "", rs)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestPatchState(t *testing.T) {
	t.Parallel()
	const clean = `"FailedCount":0,"InstalledPendingRebootCount":0,"InstalledRejectedCount":0`
	for _, c := range []struct {
		about, state string
		want         any
	}{
		{"nothing is missing", `{"MissingCount":0,` + clean + `,"CriticalNonCompliantCount":0}`, "compliant"},
		{"a patch is missing", `{"MissingCount":1,` + clean + `}`, "non_compliant"},
		{"a patch failed", `{"MissingCount":0,"FailedCount":2,"InstalledPendingRebootCount":0,"InstalledRejectedCount":0}`, "non_compliant"},
		{"a patch waits for a restart", `{"MissingCount":0,"FailedCount":0,"InstalledPendingRebootCount":1,"InstalledRejectedCount":0}`, "non_compliant"},
		{"a patch that was rejected is installed", `{"MissingCount":0,"FailedCount":0,"InstalledPendingRebootCount":0,"InstalledRejectedCount":1}`, "non_compliant"},
		{"a security patch, by severity alone", `{"MissingCount":0,` + clean + `,"SecurityNonCompliantCount":3}`, "non_compliant"},
		{"one is enough, whatever is not told", `{"MissingCount":4}`, "non_compliant"},
		{"no count of what is missing", `{` + clean + `}`, "? absent /MissingCount"},
		{"no count of what failed", `{"MissingCount":0}`, "? absent /InstalledPendingRebootCount"},
		{"a count that is none", `{"MissingCount":"few",` + clean + `}`, "? unknown_value few"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			rs := []snapshot.Resource{jsonDocument(t, awsfact.CallPatches, awsfact.KindPatchState, here, instanceARN+"/patches", c.state)}
			if got := patchState(readBeside(t, "", rs)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// What was found before an agent fell silent stays what is known of the
// instance; where nothing was, nothing can be said of it.
func TestPatchStateOfASilentAgent(t *testing.T) {
	t.Parallel()
	const (
		running = `<instanceState><name>running</name></instanceState>`
		stopped = `<instanceState><name>stopped</name></instanceState>`
		lacking = `{"MissingCount":2}`
		whole   = `{"MissingCount":0,"FailedCount":0,"InstalledPendingRebootCount":0,"InstalledRejectedCount":0}`
	)
	told := []snapshot.Answer{wholeAnswer(awsfact.CallManaged, here, ""), wholeAnswer(awsfact.CallPatches, here, "")}
	refused := []snapshot.Answer{wholeAnswer(awsfact.CallManaged, here, ""), refusedAnswer(awsfact.CallPatches, here, "")}
	for _, c := range []struct {
		about, state, info, looked string
		answers                    []snapshot.Answer
		want                       any
	}{
		{"it reports, and the last look found all", running, `{"PingStatus":"Online"}`, whole, told, "compliant"},
		{"it reports, and nobody looked", running, `{"PingStatus":"Online"}`, "", told, "none"},
		{"it lost its connection after patches were found missing", running, `{"PingStatus":"ConnectionLost"}`, lacking, told, "non_compliant"},
		{"it lost its connection after all was found", running, `{"PingStatus":"ConnectionLost"}`, whole, told, "compliant"},
		{"it lost its connection and no look is told of", running, `{"PingStatus":"ConnectionLost"}`, "", told, "? absent the agent is silent, ConnectionLost"},
		{"inactive, as AWS wrote once", running, `{"PingStatus":"Inactive"}`, "", told, "? absent the agent is silent, Inactive"},
		{"stopped, after patches were found missing", stopped, `{"PingStatus":"ConnectionLost"}`, lacking, told, "non_compliant"},
		{"stopped, and no look is told of", stopped, `{"PingStatus":"ConnectionLost"}`, "", told, "? absent the instance is stopped"},
		{"patch states were refused", stopped, `{"PingStatus":"ConnectionLost"}`, "", refused, "? denied AccessDenied"},
		{"a status that AWS may add", running, `{"PingStatus":"Dozing"}`, "", told, "? unknown_value Dozing"},
		{"a status that AWS may add, after patches were found missing", running, `{"PingStatus":"Dozing"}`, lacking, told, "non_compliant"},
		{"never registered", stopped, "", "", told, "none"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			var rs []snapshot.Resource
			if c.info != "" {
				rs = append(rs, jsonDocument(t, awsfact.CallManaged, awsfact.KindManaged, here, instanceARN+"/ssm", c.info))
			}
			if c.looked != "" {
				rs = append(rs, jsonDocument(t, awsfact.CallPatches, awsfact.KindPatchState, here, instanceARN+"/patches", c.looked))
			}
			if got := patchState(readBeside(t, c.state, rs, c.answers...)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestGroupIsNamedByTheReservedTag(t *testing.T) {
	t.Parallel()
	const uid = "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:autoScalingGroupName/web"
	for _, c := range []struct {
		about, tags string
		want        any
		group       string
	}{
		{"a group launched it", oneTag("aws:autoscaling:groupName", "web"), uid, uid},
		{"none did", oneTag("Name", "web"), "", ""},
		{"no tags at all", "", "", ""},
		{"a tag that sounds like it", oneTag("autoscaling:groupName", "web"), "", ""},
		{"tags that cannot be read", `<tagSet><item><value>x</value></item></tagSet>`, "? unknown_value /tagSet/0", ""},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := workload(t, c.tags)
			if told(w.Group) != c.want || w.Subject.Group != c.group {
				t.Errorf("got %v and %q, want %v and %q", told(w.Group), w.Subject.Group, c.want, c.group)
			}
		})
	}
	if got := told(workload(t, "<imageId>ami-1</imageId>").Image); got != "ami-1" {
		t.Errorf("the image is %v", got)
	}
	if got := told(workload(t, "").Image); got != "? absent /imageId" {
		t.Errorf("an image that is not told is %v", got)
	}
}

func oneTag(key, value string) string {
	return "<tagSet><item><key>" + key + "</key><value>" + value + "</value></item></tagSet>"
}

func TestContainerHosts(t *testing.T) {
	t.Parallel()
	const cluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/c"
	ecs := func(instances string, as ...snapshot.Answer) *snapshot.Context {
		rs := []snapshot.Resource{jsonDocument(t, awsfact.CallClusters, awsfact.KindCluster, here, cluster, `{"value":"`+cluster+`"}`)}
		if instances != "" {
			rs = append(rs, jsonDocument(t, awsfact.CallContainer, awsfact.KindContainer, here, cluster+"/1", instances))
		}
		return snapshot.NewContext(awsfact.Provider, account, at, rs, as)
	}
	all := []snapshot.Answer{wholeAnswer(awsfact.CallClusters, here, ""), wholeAnswer(awsfact.CallContainers, here, cluster), wholeAnswer(awsfact.CallContainer, here, cluster)}
	listed := func(described string) *snapshot.Context {
		c := ecs(described, all...)
		id := jsonDocument(t, awsfact.CallContainers, awsfact.KindContainerID, here, cluster+"/1", `{"value":"x"}`)
		return snapshot.NewContext(awsfact.Provider, account, at, append(append([]snapshot.Resource{id}, c.Resources(awsfact.KindCluster)...), c.Resources(awsfact.KindContainer)...), all)
	}
	for _, c := range []struct {
		about, members string
		c              *snapshot.Context
		want           any
	}{
		{"a node of a cluster", oneTag("kubernetes.io/cluster/prod", "owned"), empty, true},
		{"a node of a managed group", oneTag("eks:nodegroup-name", "blue"), empty, true},
		{"operated by EKS", `<operator><managed>true</managed><principal>eks.amazonaws.com</principal></operator>`, empty, true},
		{"operated by another service", `<operator><managed>true</managed><principal>batch.amazonaws.com</principal></operator>`, ecs("", all...), false},
		{"ECS places containers on it", "", ecs(`{"ec2InstanceId":"i-1"}`, all...), true},
		{"ECS places containers on another", "", ecs(`{"ec2InstanceId":"i-2"}`, all...), false},
		{"ECS could not be asked", "", ecs("", refusedAnswer(awsfact.CallClusters, here, "")), "? denied AccessDenied"},
		{"nobody asked ECS", "", empty, "? not_collected"},
		{"a cluster's instances were refused", "", ecs("", wholeAnswer(awsfact.CallClusters, here, ""), refusedAnswer(awsfact.CallContainers, here, cluster)), "? denied AccessDenied"},
		{"nobody asked what stands in a cluster", "", ecs("", wholeAnswer(awsfact.CallClusters, here, "")), "? not_collected"},
		{"what stands in a cluster was refused in part", "", ecs(`{"ec2InstanceId":"i-2"}`, wholeAnswer(awsfact.CallClusters, here, ""), wholeAnswer(awsfact.CallContainers, here, cluster), refusedAnswer(awsfact.CallContainer, here, cluster)), "? denied AccessDenied"},
		{"one was listed and nothing more told of it", "", listed(""), "? absent " + cluster + "/1"},
		{"one was listed and is another", "", listed(`{"ec2InstanceId":"i-2"}`), false},
		{"it is known though the rest was refused", "", ecs(`{"ec2InstanceId":"i-1"}`, refusedAnswer(awsfact.CallClusters, here, "")), true},
		{"its tags cannot be read", `<tagSet><item><value>x</value></item></tagSet>`, ecs("", all...), "? unknown_value /tagSet/0"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w, err := new(awsfact.Reader).Workload(c.c, instance(t, c.members))
			if err != nil {
				t.Fatal(err)
			}
			if got := told(w.ContainerHost); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestVolumes(t *testing.T) {
	t.Parallel()
	const disks = `<blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-1</volumeId></ebs></item></blockDeviceMapping>`
	const volumeARN = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1"
	protected := func(arn string) snapshot.Resource {
		return jsonDocument(t, awsfact.CallProtected, awsfact.KindProtected, here, arn, `{"ResourceArn":"`+arn+`"}`)
	}
	plain := jsonDocument(t, awsfact.CallVolumes, awsfact.KindVolume, here, volumeARN, `{"volumeId":"vol-1"}`)
	both := []snapshot.Answer{wholeAnswer(awsfact.CallProtected, here, ""), wholeAnswer(awsfact.CallVolumes, here, "")}
	for _, c := range []struct {
		about               string
		rs                  []snapshot.Resource
		as                  []snapshot.Answer
		backedUp, encrypted any
	}{
		{"in no list", nil, both, false, true},
		{"the volume is backed up", []snapshot.Resource{protected(volumeARN)}, both, true, true},
		{"the instance is backed up", []snapshot.Resource{protected(instanceARN)}, both, true, true},
		{"another is backed up", []snapshot.Resource{protected(volumeARN + "0")}, both, false, true},
		{"not encrypted", []snapshot.Resource{plain}, both, false, false},
		{"the lists were refused", nil, []snapshot.Answer{refusedAnswer(awsfact.CallProtected, here, ""), refusedAnswer(awsfact.CallVolumes, here, "")}, "? denied AccessDenied", "? denied AccessDenied"},
		{"nobody asked", nil, nil, "? not_collected", "? not_collected"},
		{"seen in lists that were cut", []snapshot.Resource{protected(volumeARN), plain}, []snapshot.Answer{refusedAnswer(awsfact.CallProtected, here, ""), refusedAnswer(awsfact.CallVolumes, here, "")}, true, false},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w, err := new(awsfact.Reader).Workload(snapshot.NewContext(awsfact.Provider, account, at, c.rs, c.as), instance(t, disks))
			if err != nil {
				t.Fatal(err)
			}
			v := w.Volumes.Items()[0]
			if diff := cmp.Diff([]any{"vol-1", c.backedUp, c.encrypted}, []any{v.ID, told(v.BackedUp), told(v.Encrypted)}); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, c := range []struct {
		about, members string
		n              int
		whole          bool
	}{
		{"no volumes", `<blockDeviceMapping/>`, 0, true},
		{"the list is left out", ``, 0, false},
		{"a device without a volume's id", `<blockDeviceMapping><item><deviceName>/dev/sdb</deviceName></item></blockDeviceMapping>`, 0, false},
		{"something else in its place", `<blockDeviceMapping>x</blockDeviceMapping>`, 0, false},
		{"one", disks, 1, true},
	} {
		if l := workload(t, c.members).Volumes; len(l.Items()) != c.n || l.Whole() != c.whole {
			t.Errorf("%s: %d volumes, whole %v", c.about, len(l.Items()), l.Whole())
		}
	}
}
