package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/rule"
)

// ordinary are the programs of every Linux that fixes call beside those that
// have a model here.
var ordinary = []string{":", "printf", "echo", "find", "chmod", "chown", "mv", "cp", "rm", "cat", "sed", "base64", "date", "tr", "sshd", "systemctl", "test", "[", "cut", "exit", "jq"}

// checkScript holds every command of a script against its model.
func checkScript(script string) error {
	all, err := shellCommands(script)
	if err != nil {
		return err
	}
	for _, c := range all {
		var err error
		switch name := c.words[0]; {
		case name == "aws":
			err = checkAWS(c.words)
		case name == "nft":
			err = checkNFT(c)
		case name == "iptables" || name == "ip6tables":
			err = checkTables(c.words)
		case name == "ibmcloud":
			err = checkIBMCloud(c.words)
		case name == "curl":
			err = checkCurl(c.words)
		case name == "plumbline":
			err = checkOurs(c.words)
		case !slices.Contains(ordinary, name):
			err = fmt.Errorf("nothing is known of the program %q", name)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", strings.Join(c.words, " "), err)
		}
	}
	return insertsOnce(all)
}

// checkOurs holds a call of this program against its own commands.
func checkOurs(words []string) error {
	known := []string{"permissions " + anything, "scan " + anything} // of the cloud that the subject is of
	if !slices.Contains(known, strings.Join(words[1:], " ")) {
		return fmt.Errorf("this program is not called so")
	}
	return nil
}

// hostLines are the lines of a text that a reader may paste into a host's
// shell: those of its firewall.
var hostLines = regexp.MustCompile(`(?m)^ *((?:iptables|ip6tables|nft|for) .*)$`)

// Every command that a fix gives, and every one that takes it back, is one that
// the AWS or the IBM Cloud command line, IBM Cloud's API, nft or iptables
// understands: its operation, its options, their words and their shapes.
func TestEveryCommandOfAFixIsUnderstood(t *testing.T) {
	t.Parallel()
	held := 0
	for _, r := range rules(t).Rules() {
		for name, script := range commandsOf(r) {
			if err := checkScript(script); err != nil {
				t.Errorf("%s %s: %v", r.ID, name, err)
			}
			held++
		}
	}
	if held < 100 {
		t.Errorf("only %d scripts were held against the models", held)
	}
}

func commandsOf(r *rule.Rule) map[string]string {
	scripts := map[string]string{}
	add := func(name, script string) {
		if script != "" {
			scripts[name] = script
		}
	}
	add("fix.cli", r.Fix.CLI)
	add("fix.undo", r.Fix.Undo)
	var host []string
	for _, m := range hostLines.FindAllStringSubmatch(r.Fix.Console, -1) {
		host = append(host, m[1])
	}
	add("fix.console", strings.Join(host, "\n"))
	return scripts
}
