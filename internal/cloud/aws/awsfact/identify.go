package awsfact

import (
	"fmt"

	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// InstanceUID is the instance's ARN. EC2 does not say it; it is built from the
// caller's partition, as the service authorization reference spells it.
func InstanceUID(partition, region, account, id string) string {
	return "arn:" + partition + ":ec2:" + region + ":" + account + ":instance/" + id
}

// RegionUID names one region of an account.
func RegionUID(account, region string) string { return Provider + ":" + account + ":" + region }

// AccountUID names an account.
func AccountUID(account string) string { return RegionUID(account, snapshot.Global) }

// Identify says what a freshly made document is about. An instance belongs to
// the owner of its reservation, even where another account listed it.
func Identify(kind, partition string, scope snapshot.Scope, doc []byte, rd *wire.Reader) (uid, name string, err error) {
	v, err := rd.Read(doc)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", kind, err)
	}
	switch kind {
	case KindInstance:
		return identifyInstance(v, partition, scope)
	case KindRegion:
		region, ok := filled(v.Get("regionName"))
		if !ok {
			return "", "", noMember(kind, "regionName")
		}
		return RegionUID(scope.Account, region), region, nil
	case KindDefaults:
		return RegionUID(scope.Account, scope.Region), scope.Region, nil
	case KindIdentity:
		account, ok := filled(v.Get("Account"))
		if !ok {
			return "", "", noMember(kind, "Account")
		}
		return AccountUID(account), account, nil
	default:
		return "", "", fmt.Errorf("%q is not a kind of document that is read here", kind)
	}
}

func identifyInstance(v wire.Value, partition string, scope snapshot.Scope) (uid, name string, err error) {
	id, ok := filled(v.Get("instanceId"))
	if !ok {
		return "", "", noMember(KindInstance, "instanceId")
	}
	owner, ok := filled(v.Get("^").Get("ownerId"))
	if !ok {
		owner = scope.Account
	}
	return InstanceUID(partition, scope.Region, owner, id), nameTag(v), nil
}

// nameTag is the value of the tag Name, which EC2's console shows as the name.
func nameTag(v wire.Value) string {
	for _, tag := range v.Get("tagSet").Items() {
		if tag.Get("key").Is("Name") {
			name, _ := tag.Get("value").Text()
			return name
		}
	}
	return ""
}

func filled(v wire.Value) (string, bool) {
	s, ok := v.Text()
	return s, ok && s != ""
}

func noMember(kind, member string) error {
	return fmt.Errorf("a document of kind %s without %s", kind, member)
}
