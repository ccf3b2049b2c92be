package sim

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryRowOfTheTableOfPrecedenceHasACase(t *testing.T) {
	t.Parallel()
	names, by := map[string]bool{}, map[string]int{}
	for _, c := range ForecastCases() {
		if names[c.Name] {
			t.Errorf("two cases are named %q", c.Name)
		}
		names[c.Name] = true
		by["tokens "+c.Tokens+" "+c.TokensBy]++
		by["hop "+c.HopBy]++
		by["endpoint "+c.EndpointBy]++
		by["launches "+c.Launches]++
		regionCaseNamed(c.Region)
	}
	for _, want := range []string{
		"tokens required template", "tokens optional template", "tokens required account", "tokens optional account", "tokens required image", "tokens optional service", "tokens unknown unknown",
		"hop template", "hop account", "hop image", "hop service", "hop unknown", "endpoint template", "endpoint account", "endpoint service", "launches yes", "launches no", "launches unknown",
	} {
		if by[want] == 0 {
			t.Error("no case of ", want)
		}
	}
}

func TestEveryForecastStandsInItsRegion(t *testing.T) {
	t.Parallel()
	e := Generate(Intent{Seed: 5, Regions: 10})
	cases, uids := map[string]bool{}, map[string]bool{}
	for _, x := range e.ExpectedForecast() {
		cases[x.Case] = true
		if uids[x.UID] {
			t.Error("twice: ", x.UID)
		}
		uids[x.UID] = true
		if r := e.Account(x.Account).Region(x.Region); !strings.HasSuffix(x.Case, "region: "+r.Case) {
			t.Errorf("%s stands in a region that is %s", x.Case, r.Case)
		}
	}
	if len(cases) != len(ForecastCases()) {
		t.Errorf("%d of %d cases", len(cases), len(ForecastCases()))
	}
}

// What a template says in the version that its group names is what the case
// says, whatever its other versions say.
func TestGroupsNameTheVersionOfTheCase(t *testing.T) {
	t.Parallel()
	e := Generate(Intent{Seed: 5, Regions: 10})
	said := map[string]ForecastCase{}
	for _, c := range ForecastCases() {
		said[c.Name] = c
	}
	words := map[string]bool{}
	for _, x := range e.ExpectedForecast() {
		f := e.Account(x.Account).Region(x.Region).Fleet()
		for _, g := range f.Groups {
			ref := g.LaunchTemplate
			if g.MixedInstancesPolicy != nil {
				ref = g.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification
			}
			if g.AutoScalingGroupARN != x.UID || ref == nil {
				continue
			}
			words[ref.Version] = true
			d := f.Templates[f.Template(ref.LaunchTemplateId)].Version(ref.Version).LaunchTemplateData
			if diff := cmp.Diff(says(said[x.Case].Says), d.MetadataOptions); diff != "" || d.UserData != UserDataNamed(x.Secrets).Base64() {
				t.Errorf("%s: %s", x.Case, diff)
			}
		}
	}
	if d := cmp.Diff([]string{"", "$Default", "$Latest", "2"}, slices.Sorted(maps.Keys(words))); d != "" {
		t.Error(d)
	}
}

func TestNightlyGroupsAreMadeAnew(t *testing.T) {
	t.Parallel()
	before := Generate(Intent{Seed: 5, Regions: 10, Instances: 600})
	after := before.Next()
	nights := 0
	for n, a := range before.Accounts {
		for k, r := range a.Regions {
			was, is := membersOf(r), membersOf(after.Accounts[n].Regions[k])
			for name, ids := range was {
				kept := slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(is[name], id) })
				if name == "nightly" && len(ids) > 0 {
					nights++
					if kept || len(is[name]) == 0 {
						t.Errorf("%s: %v, then %v", r.Name, ids, is[name])
					}
				} else if len(ids) > 2 && !kept {
					t.Errorf("%s: all of %s are gone", r.Name, name)
				}
			}
		}
	}
	if nights < 5 {
		t.Errorf("%d regions with a nightly group", nights)
	}
}

func membersOf(r *Region) map[string][]string {
	m := map[string][]string{}
	for _, g := range r.Fleet().Groups {
		for _, i := range r.Members(g) {
			m[g.AutoScalingGroupName] = append(m[g.AutoScalingGroupName], i.InstanceId)
		}
	}
	return m
}

// Every find stands in the line that is named, of the text that a plain reader
// of the archive sees.
func TestSecretsStandWhereTheAnswersSay(t *testing.T) {
	t.Parallel()
	starts := map[string]string{
		"aws_access_key": "AKIA", "github_token": "ghp_", "stripe_key": "sk_", "slack_token": "xoxb", "url_password": "postgres://", "private_key": "-----BEGIN RSA",
	}
	kinds := map[string]bool{}
	for _, c := range UserDataCases() {
		for _, f := range c.Finds {
			kinds[f.Kind] = true
			lines := strings.Split(placeIn(t, c, f.Place), "\n")
			if f.Line > len(lines) || !strings.Contains(lines[f.Line-1], starts[f.Kind]) {
				t.Errorf("%s: no %s in line %d of %q", c.Name, f.Kind, f.Line, lines)
			}
		}
	}
	if len(kinds) != len(starts) {
		t.Error("kinds: ", kinds)
	}
}

// placeIn is the text of a place, read in the way of the case.
func placeIn(t *testing.T, c UserDataCase, place string) string {
	t.Helper()
	unzip := func(b []byte) string {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	switch {
	case strings.HasPrefix(c.Data, "\x1f\x8b"):
		return unzip([]byte(c.Data))
	case place == "":
		return c.Data
	case strings.HasPrefix(place, "part "):
		parts := strings.Split(c.Data, "--==plumb==\n")
		_, body, _ := strings.Cut(parts[place[len(place)-1]-'0'], "\n\n")
		return body
	}
	_, content, _ := strings.Cut(c.Data, "content: ")
	if rest, literal := strings.CutPrefix(content, "|\n"); literal {
		return rest
	}
	content, _, _ = strings.Cut(content, "\n")
	b, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(c.Data, "gz+b64") {
		return unzip(b)
	}
	return string(b)
}
