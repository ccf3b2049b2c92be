package awsfact_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const account, here, there = "111122223333", "eu-west-1", "us-east-1"

var (
	key = [32]byte{7}
	at  = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
)

func scope(region string) snapshot.Scope {
	return snapshot.Scope{Provider: awsfact.Provider, Account: account, Region: region}
}

// resources makes the documents of a reply as a collector does.
func resources(t testing.TB, call, region, body string) []snapshot.Resource {
	t.Helper()
	var p wire.Page
	var rd wire.Reader
	var rs []snapshot.Resource
	shape := awsfact.Shapes[call]
	_, err := p.Parse([]byte(body), shape, wire.NewRedactor(key), func(d wire.Doc) error {
		uid, name, err := awsfact.Identify(shape.Kind, "aws", scope(region), d.JSON, &rd)
		if err != nil {
			return err
		}
		r := snapshot.Resource{Kind: shape.Kind, Scope: scope(region), UID: uid, Name: name, Call: call, Doc: bytes.Clone(d.JSON), Redacted: d.Redacted}
		r.Seal()
		rs = append(rs, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func reply(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// instance makes the document of one instance with the given members.
func instance(t testing.TB, members string) *snapshot.Resource {
	t.Helper()
	return &resources(t, awsfact.CallInstances, here, "<r><reservationSet><item><ownerId>"+account+
		"</ownerId><instancesSet><item><instanceId>i-1</instanceId>"+members+"</item></instancesSet></item></reservationSet></r>")[0]
}

var empty = snapshot.NewContext(awsfact.Provider, account, at, nil, nil)

func workload(t testing.TB, members string) *estate.Workload {
	t.Helper()
	w, err := new(awsfact.Reader).Workload(empty, instance(t, members))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// told spells a fact: its value, or "? cause detail".
func told[T any](f fact.Of[T]) any {
	if v, ok := f.Get(); ok {
		return v
	}
	return strings.TrimSpace("? " + string(f.Why().Cause) + " " + f.Why().Detail)
}

func answer(call, region string, status snapshot.Status, cause snapshot.Cause) snapshot.Answer {
	return snapshot.Answer{Key: snapshot.Key{Call: call, Scope: scope(region)}, Status: status, Cause: cause, Code: string(cause)}
}

func regionInfo(t testing.TB, words ...string) []snapshot.Resource {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(words); i += 2 {
		b.WriteString("<item><regionName>" + words[i] + "</regionName><optInStatus>" + words[i+1] + "</optInStatus></item>")
	}
	return resources(t, awsfact.CallRegions, snapshot.Global, "<r><regionInfo>"+b.String()+"</regionInfo></r>")
}
