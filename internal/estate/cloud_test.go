package estate

import "testing"

func TestACloudIsCalledAsPeopleCallIt(t *testing.T) {
	t.Parallel()
	for provider, want := range map[string]string{"aws": "AWS", "ibm": "IBM Cloud", "gcp": "Google Cloud", "azure": "Azure", "oci": "OCI", "": ""} {
		if got := CloudName(provider); got != want {
			t.Errorf("%q is called %q, want %q", provider, got, want)
		}
	}
}
