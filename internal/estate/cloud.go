package estate

import "strings"

// clouds are the providers by the names that they go by among people.
var clouds = map[string]string{"aws": "AWS", "ibm": "IBM Cloud", "gcp": "Google Cloud", "azure": "Azure"}

// CloudName is what people call the cloud of a provider: "IBM Cloud" for "ibm".
// A provider that is not known goes by its own word in capitals.
func CloudName(provider string) string {
	if n, ok := clouds[provider]; ok {
		return n
	}
	return strings.ToUpper(provider)
}
