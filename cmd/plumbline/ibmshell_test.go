package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// asIBMCloud makes the test binary stand in for the command ibmcloud: it reads a
// command line of those of ibmCommands, sends what the IBM Cloud CLI would send
// for it, and prints the answer. The value is the address to ask; whose account
// it is, and by which token, stands in IBM_ACCOUNT and IAM_TOKEN, and the region
// that is targeted in a file of IBMCLOUD_HOME.
const asIBMCloud = "PLUMBLINE_TEST_IS_THE_IBMCLOUD_COMMAND"

// ibmcloudMain is the command ibmcloud; it gives the code to end with.
func ibmcloudMain() int {
	c, err := readIBMCloud(os.Args[1:])
	if err == nil {
		err = (&ibmShell{c}).run(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", strings.Join(os.Args[1:], " "), err)
		return 1
	}
	return 0
}

// An ibmShell is a command that is carried out.
type ibmShell struct{ *ibmCommand }

func (s *ibmShell) option(name string) string {
	if all := s.options[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

func (s *ibmShell) run(out io.Writer) error {
	if s.name == "target" {
		return os.WriteFile(regionFile(), []byte(s.option("-r")), 0o600)
	}
	_, forced := s.options["--force"]
	if (strings.HasSuffix(s.name, "-delete") || strings.HasSuffix(s.name, " rm")) && !forced {
		return errors.New("asks whether that is meant, and nobody answers: --force")
	}
	wire := strings.Fields(ibmWires[s.name])
	if len(wire) == 0 {
		return errors.New("has no request here")
	}
	path, err := s.path(wire[1])
	if err != nil {
		return err
	}
	body, err := s.body(wire[2:])
	if err != nil {
		return err
	}
	v, err := s.ask(wire[0], path, body)
	if err != nil {
		return err
	}
	if s.option("--output") == "JSON" {
		return json.NewEncoder(out).Encode(v)
	}
	printed(out, v, wire[0] == "GET")
	return nil
}

func regionFile() string { return filepath.Join(os.Getenv("IBMCLOUD_HOME"), "region") }

// path puts arguments in, and the ids of what is named by its name.
func (s *ibmShell) path(p string) (string, error) {
	for n, a := range s.arguments {
		p = strings.ReplaceAll(p, "{"+strconv.Itoa(n)+"}", a)
	}
	p = strings.ReplaceAll(p, "{account}", os.Getenv("IBM_ACCOUNT"))
	for in, find := range map[string]func() (string, error){
		"{link}": func() (string, error) {
			return s.named("/v1/profiles/"+s.arguments[0]+"/links", "links", s.arguments[1])
		},
		"{target}": func() (string, error) { return s.named("/api/v2/targets", "targets", s.option("--target")) },
		"{route}":  func() (string, error) { return s.named("/api/v2/routes", "routes", s.option("--route")) },
		"{iam}":    s.iamID,
	} {
		if !strings.Contains(p, in) {
			continue
		}
		id, err := find()
		if err != nil {
			return "", err
		}
		p = strings.ReplaceAll(p, in, id)
	}
	return p, nil
}

// each lists things.
func (s *ibmShell) each(path, list string) ([]map[string]any, error) {
	v, err := s.ask("GET", path, nil)
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	items, _ := v[list].([]any)
	for _, x := range items {
		all = append(all, x.(map[string]any))
	}
	return all, nil
}

// named is the id of the one thing of a list that has an id or a name.
func (s *ibmShell) named(path, list, name string) (string, error) {
	all, err := s.each(path, list)
	all = slices.DeleteFunc(all, func(x map[string]any) bool { return x["id"] != name && x["name"] != name })
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("%d of the %s are called %q", len(all), list, name)
	}
	if err != nil {
		return "", err
	}
	return all[0]["id"].(string), nil
}

// iamID is who a profile is to policies.
func (s *ibmShell) iamID() (string, error) {
	all, err := s.each("/v1/profiles?account_id="+os.Getenv("IBM_ACCOUNT"), "profiles")
	for _, p := range all {
		if p["id"] == s.arguments[0] {
			return p["iam_id"].(string), nil
		}
	}
	return "", errors.Join(err, errors.New("there is no profile "+s.arguments[0]))
}

// ask makes one request, in the region that is targeted if it is one of VPC.
func (s *ibmShell) ask(method, path string, body map[string]any) (map[string]any, error) {
	address := os.Getenv(asIBMCloud)
	if strings.HasPrefix(s.name, "is ") {
		region, err := os.ReadFile(regionFile())
		if err != nil {
			return nil, fmt.Errorf("no region is targeted: %w", err)
		}
		address, path = address+"/"+string(region)+"/v1", path+"?version=2026-04-07&generation=2"
	}
	var sending io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		sending = bytes.NewReader(b)
	}
	q, err := http.NewRequest(method, address+path, sending)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Authorization", os.Getenv("IAM_TOKEN"))
	q.Header.Set("Content-Type", map[bool]string{true: mergePatch, false: "application/json"}[method == "PATCH"])
	r, err := (&http.Client{Transport: &http.Transport{}}).Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.StatusCode > 299 {
		return nil, fmt.Errorf("%s %s: %d %s", method, path, r.StatusCode, b)
	}
	var v map[string]any
	if len(b) > 0 {
		err = json.Unmarshal(b, &v)
	}
	return v, err
}

// printed shows what a person is shown: the names and texts of one thing in
// lines, or those of the things of a listing.
func printed(out io.Writer, v map[string]any, listing bool) {
	for _, name := range slices.Sorted(maps.Keys(v)) {
		switch x := v[name].(type) {
		case string:
			fmt.Fprintf(out, "%-20s %s\n", name, x)
		case []any:
			for _, item := range x {
				if o, ok := item.(map[string]any); ok && listing {
					printed(out, o, false)
				}
			}
		}
	}
}
