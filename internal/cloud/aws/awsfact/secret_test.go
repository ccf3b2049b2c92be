package awsfact_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/wire"
)

// What people write into tags must not rest in a document, even where no form
// tells it: the tag's key does.
func TestTheValueOfATagThatNamesASecretIsReplaced(t *testing.T) {
	t.Parallel()
	const key = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
	const page = `<r><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>
<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><tagSet><item><key>api-token</key><value>hunter3</value></item></tagSet></item></networkInterfaceSet>
<tagSet><item><key>AWS_SECRET_ACCESS_KEY</key><value>` + key + `</value></item><item><key>Name</key><value>web</value></item><item><key>db-password</key><value>Tr0ub4dor-hunter2</value></item><item><key>owner</key><value>ann</value></item></tagSet>
</item></instancesSet></item></reservationSet></r>`
	var p wire.Page
	var doc []byte
	if _, err := p.Parse([]byte(page), awsfact.Shapes[awsfact.CallInstances], wire.NewRedactor([32]byte{1}), func(d wire.Doc) error {
		doc = bytes.Clone(d.JSON)
		want := []string{"/networkInterfaceSet/0/tagSet/0/value", "/tagSet/0/value", "/tagSet/2/value"}
		if diff := cmp.Diff(want, d.Redacted); diff != "" {
			t.Error(diff)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{key, "hunter2", "hunter3"} {
		if bytes.Contains(doc, []byte(secret)) {
			t.Errorf("%s is told by %s", secret, doc)
		}
	}
	for _, kept := range []string{`{"key":"Name","value":"web"}`, `{"key":"owner","value":"ann"}`} {
		if !bytes.Contains(doc, []byte(kept)) {
			t.Errorf("%s is not in %s", kept, doc)
		}
	}
}
