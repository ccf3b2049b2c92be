package ibmestate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Times of the estates. Nothing asks a clock: the same intent gives the same
// estate.
var (
	founded  = time.Date(2025, 3, 3, 9, 30, 0, 0, time.UTC)
	recently = time.Date(2026, 11, 2, 14, 5, 0, 0, time.UTC)
)

// regionNames are IBM Cloud's multizone regions, with the digits that ids of
// things in the region and in its zones begin with.
var regionNames = []struct{ name, region, zone string }{
	{"us-south", "r006", "0717"}, {"eu-de", "r010", "02b7"}, {"us-east", "r014", "0757"}, {"jp-tok", "r022", "02e7"}, {"eu-gb", "r018", "07a7"}, {"au-syd", "r026", "02h7"},
	{"ca-tor", "r038", "02q7"}, {"jp-osa", "r034", "02m7"}, {"br-sao", "r042", "02t7"}, {"eu-es", "r050", "02w7"}, {"ca-mon", "r054", "02x7"},
}

func (r *Region) prefix() string {
	for _, n := range regionNames {
		if n.name == r.Name {
			return n.region
		}
	}
	return "r000"
}

func (r *Region) zonePrefix() string {
	for _, n := range regionNames {
		if n.name == r.Name {
			return n.zone
		}
	}
	return "0007"
}

// uuid is an id that is made of names, always the same for the same ones.
func uuid(names ...string) string {
	h := sha256.New()
	for _, n := range names {
		_, _ = fmt.Fprintf(h, "%d:%s", len(n), n) // to memory
	}
	x := hex.EncodeToString(h.Sum(nil)[:16])
	return x[:8] + "-" + x[8:12] + "-4" + x[13:16] + "-8" + x[17:20] + "-" + x[20:32]
}

// crn is the CRN of a thing of a service in an account.
func crn(service, where, account, kind, id string) string {
	return "crn:v1:bluemix:public:" + service + ":" + where + ":a/" + account + "::" + kind + ":" + id
}

// thing is a thing of the VPC service that belongs to a region.
func (r *Region) thing(kind, name string) Thing {
	id := r.prefix() + "-" + uuid(r.Account.ID, r.Name, kind, name)
	return Thing{ID: id, Name: name, CRN: crn("is", r.Name, r.Account.ID, kind, id), Created: founded}
}

// zonal is a thing of the VPC service that belongs to a zone.
func (r *Region) zonal(kind, zone, name string) Thing {
	sep := "-"
	if kind == "instance" || kind == "bare-metal-server" {
		sep = "_"
	}
	id := r.zonePrefix() + sep + uuid(r.Account.ID, r.Name, kind, name)
	return Thing{ID: id, Name: name, CRN: crn("is", zone, r.Account.ID, kind, id), Created: founded}
}

// global is a thing of a service without regions.
func (a *Account) global(service, kind, prefix, name string) Thing {
	id := prefix + uuid(a.ID, kind, name)
	return Thing{ID: id, Name: name, CRN: crn(service, "", a.ID, kind, id), Created: founded}
}
