package awsfact_test

import (
	"testing"
	"time"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/house"
	"plumbline/internal/snapshot"
)

func TestWhatWeKnowOfAnAccountOurselves(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	tell := func(k house.Known) []snapshot.Resource {
		r, _, err := house.Tell(snapshot.Scope{Provider: awsfact.Provider, Account: account}, k, at)
		if err != nil {
			t.Fatal(err)
		}
		return []snapshot.Resource{r}
	}
	broken := tell(house.Known{})
	broken[0].Doc = []byte(`{"lastScan":4}`)
	broken[0].Seal()
	for about, c := range map[string]struct {
		docs                    []snapshot.Resource
		before, pause, unneeded any
	}{
		"nobody keeps a record":               {nil, false, "? not_collected", false},
		"the first scan":                      {tell(house.Known{}), false, "? not_collected", false},
		"scanned yesterday":                   {tell(house.Known{LastScan: at.Add(-day)}), true, int64(1), false},
		"scanned a little less than two days": {tell(house.Known{LastScan: at.Add(time.Minute - 2*day)}), true, int64(1), false},
		"scanned long ago":                    {tell(house.Known{LastScan: at.Add(-90 * day)}), true, int64(90), false},
		"clocks differ":                       {tell(house.Known{LastScan: at.Add(time.Minute)}), true, int64(0), false},
		"something else is attested":          {tell(house.Known{Attested: []string{"training"}}), false, "? not_collected", false},
		"attested":                            {tell(house.Known{Attested: []string{house.MetadataUnneeded}}), false, "? not_collected", true},
		"not to be read":                      {broken, "? unreadable", "? unreadable", "? unreadable"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			ctx := snapshot.NewContext(awsfact.Provider, account, at, c.docs, nil)
			for _, o := range awsfact.Objects(ctx) {
				if a, ok := o.(*estate.Account); ok {
					if is := short(told(a.Scans.Before)); is != c.before {
						t.Errorf("before: %v, want %v", is, c.before)
					}
					if is := short(told(a.Scans.Pause)); is != c.pause {
						t.Errorf("pause: %v, want %v", is, c.pause)
					}
				}
			}
			w, err := new(awsfact.Reader).Workload(ctx, instance(t, ""))
			if err != nil {
				t.Fatal(err)
			}
			if is := short(told(w.Metadata.Unneeded)); is != c.unneeded {
				t.Errorf("unneeded: %v, want %v", is, c.unneeded)
			}
		})
	}
}

// short leaves the cause of what is not known.
func short(v any) any {
	s, ok := v.(string)
	if !ok || len(s) < 2 || s[:2] != "? " {
		return v
	}
	for i := 2; i < len(s); i++ {
		if s[i] == ' ' {
			return s[:i]
		}
	}
	return s
}

func TestHowLongAnInstanceIsWatched(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for about, c := range map[string]struct {
		members, metric string
		days, up, safe  any
	}{
		"two weeks of nothing":  {launched(90 * day), `{"Values":[0,0,0,0,0,0,0,0,0,0,0,0,0,0],"StatusCode":"Complete"}`, int64(14), int64(90), estate.SafeNow},
		"something on one day":  {launched(90 * day), `{"Values":[0,0,0,0,3,0,0,0,0,0,0,0,0,0],"StatusCode":"Complete"}`, int64(14), int64(90), estate.SafeNotYet},
		"a few days of nothing": {launched(90 * day), `{"Values":[0,0,0],"StatusCode":"Complete"}`, int64(3), int64(90), estate.SafeNotYet},
		"young":                 {launched(3 * day), `{"Values":[0,0,0],"StatusCode":"Complete"}`, int64(3), int64(3), estate.SafeNotYet},
		"no datapoint":          {launched(90 * day), `{"Values":[],"StatusCode":"Complete"}`, "? absent", int64(90), "? absent"},
		"no metric":             {launched(90 * day), "", "? not_collected", int64(90), "? not_collected"},
		"no time of launch":     {"", `{"Values":[0,0,0,0,0,0,0,0,0,0,0,0,0,0],"StatusCode":"Complete"}`, int64(14), "? absent", "? absent"},
		"a strange time":        {"<launchTime>yesterday</launchTime>", `{"Values":[0,0,0,0,0,0,0,0,0,0,0,0,0,0],"StatusCode":"Complete"}`, int64(14), "? unknown_value", "? unknown_value"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			var rs []snapshot.Resource
			if c.metric != "" {
				rs = append(rs, jsonDocument(t, awsfact.CallMetrics, awsfact.KindMetric, here, instanceARN+"/MetadataNoToken", c.metric))
			}
			u := readBeside(t, c.members, rs).Usage
			if is := short(told(u.Days)); is != c.days {
				t.Errorf("days: %v, want %v", is, c.days)
			}
			if is := short(told(u.Up)); is != c.up {
				t.Errorf("up: %v, want %v", is, c.up)
			}
			if is := short(told(u.Safe)); is != c.safe {
				t.Errorf("safe: %v, want %v", is, c.safe)
			}
		})
	}
}

func launched(ago time.Duration) string {
	return "<launchTime>" + at.Add(-ago).UTC().Format("2006-01-02T15:04:05.000Z") + "</launchTime>"
}
