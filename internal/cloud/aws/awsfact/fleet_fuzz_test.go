package awsfact_test

import (
	"slices"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// FuzzWhatInstancesAreMadeFrom: whatever stands in a document, reading it ends,
// and each fact is unknown or one of its words.
func FuzzWhatInstancesAreMadeFrom(f *testing.F) {
	f.Add(`{"launchTemplateId":"lt-1","versionNumber":"1","defaultVersionNumber":"1","launchTemplateData":{"metadataOptions":{"httpTokens":"optional"}}}`)
	f.Add(`{"AutoScalingGroupName":"g","MixedInstancesPolicy":{"LaunchTemplate":{"Overrides":[{"ImageId":"ami-1"}]}}}`)
	f.Add(`{"LaunchConfigurationName":"old","MetadataOptions":{"HttpPutResponseHopLimit":"2"},"UserData":{"finds":[{"kind":"a","line":1}]}}`)
	f.Add(`{"imageId":"ami-1","imdsSupport":"v2.0"}`)
	f.Add(`{"StatusCode":"Complete","Values":[1e3,-0]}`)
	f.Add(`{"PingStatus":"Online","MissingCount":0,"userData":{"value":[]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := wire.CanonicalJSON(nil, []byte(text))
		if err != nil || doc[0] != '{' {
			return
		}
		var rs []snapshot.Resource
		for _, kind := range []string{awsfact.KindTemplate, awsfact.KindTemplateVersion, awsfact.KindLaunchConfig, awsfact.KindScalingGroup, awsfact.KindImage,
			awsfact.KindContainer, awsfact.KindProtected, awsfact.KindVolume} {
			rs = append(rs, snapshot.Resource{Kind: kind, Scope: scope(here), UID: "arn:aws:x:eu-west-1:1:y/lt-1", Doc: doc})
		}
		for kind, end := range map[string]string{awsfact.KindMetric: "/MetadataNoToken", awsfact.KindUserData: "/user-data", awsfact.KindManaged: "/ssm", awsfact.KindPatchState: "/patches"} {
			rs = append(rs, snapshot.Resource{Kind: kind, Scope: scope(here), UID: instanceARN + end, Doc: doc})
		}
		c := snapshot.NewContext(awsfact.Provider, account, at, rs, nil)
		for _, o := range awsfact.Objects(c) {
			switch o := o.(type) {
			case *estate.Template:
				foretold(t, &o.Next)
			case *estate.Image:
				foretold(t, &o.Next)
			}
		}
		w, err := new(awsfact.Reader).Workload(c, instance(t, ""))
		if err != nil {
			t.Fatal(err)
		}
		among(t, w.Patches.State, "compliant", "non_compliant", "none")
		if n, known := w.Usage.NoToken.Get(); known && n < 0 {
			t.Errorf("%d requests", n)
		}
	})
}

func foretold(t *testing.T, n *estate.Forecast) {
	t.Helper()
	among(t, n.Tokens, "required", "optional")
	among(t, n.Endpoint, "enabled", "disabled")
	among(t, n.PublicIP, "yes", "no", "subnet")
	for _, by := range []fact.Of[string]{n.TokensBy, n.EndpointBy, n.HopLimitBy} {
		among(t, by, "template", "account", "image", "service")
	}
	if hops, known := n.HopLimit.Get(); known && (hops < 1 || hops > 64) {
		t.Errorf("a hop limit of %d", hops)
	}
}

func among(t *testing.T, f fact.Of[string], words ...string) {
	t.Helper()
	if word, known := f.Get(); known && !slices.Contains(words, word) {
		t.Errorf("%q is none of %v", word, words)
	}
}
