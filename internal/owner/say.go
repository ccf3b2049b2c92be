package owner

import "strings"

// String is the condition in words, "tag team=payments, account 111122223333".
func (c Condition) String() string {
	var all []string
	add := func(what, text string) {
		if text != "" {
			all = append(all, what+" "+text)
		}
	}
	if c.Tag != nil {
		add("tag", c.Tag.String())
	}
	add("account", c.Account)
	add("account group", c.Group)
	add("cloud", c.Provider)
	add("region", c.Region)
	add("kind", strings.ReplaceAll(c.Kind, "_", " "))
	add("name", c.Name)
	add("address", c.UID)
	return strings.Join(all, ", ")
}
