package ibmevents

import (
	"encoding/json"
	"strings"
)

// remark says that a row is a warning or an error of a query. Each warning makes
// an answer one that may lack something: too many results, too much to look
// through, a field that no event has.
func remark(row map[string]json.RawMessage) bool {
	for _, name := range []string{"warning", "error"} {
		if m := members(row[name]); m != nil && row["action"] == nil {
			return true
		}
	}
	return false
}

func shown(row map[string]json.RawMessage) string {
	raw := row["warning"]
	if raw == nil {
		raw = row["error"]
	}
	const most = 120
	if len(raw) > most {
		return strings.ToValidUTF8(string(raw[:most]), "") + "…"
	}
	return string(raw)
}
