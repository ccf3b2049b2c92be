package main

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// checkNFT holds a call of nft against as much of its language as fixes use: a
// table of their own with chains at the output and forward hooks, and rules about
// the metadata service's addresses and ports.
func checkNFT(c shellCommand) error {
	switch {
	case slices.Equal(c.words, []string{"nft", "delete", "table", "inet", "imds"}):
		return nil
	case !slices.Equal(c.words, []string{"nft", "-f", "-"}):
		return fmt.Errorf("nft is not called so: %q", c.words)
	}
	return checkRuleset(c.document)
}

var nftToken = regexp.MustCompile(`!=|[{};,]|[^\s{};,!]+|\n`)

// checkRuleset reads a whole file of rules.
func checkRuleset(text string) error {
	f := &nft{tokens: nftToken.FindAllString(text, -1)}
	for f.err == nil && f.skipLines() {
		switch f.next() {
		case "table":
			f.want("inet", "imds")
			if f.peek() == "{" {
				f.table()
			}
		case "delete":
			f.want("table", "inet", "imds")
		default:
			f.fail("it begins no statement")
		}
		f.endOfStatement()
	}
	if f.err == nil && !slices.Equal(f.hooks, []string{"output", "forward"}) {
		return fmt.Errorf("its chains stand at %v, and want to stand at output and forward", f.hooks)
	}
	return f.err
}

type nft struct {
	tokens []string
	at     int
	hooks  []string
	err    error
}

func (f *nft) peek() string {
	if f.at < len(f.tokens) {
		return f.tokens[f.at]
	}
	return ""
}

func (f *nft) next() string {
	t := f.peek()
	f.at++
	return t
}

func (f *nft) fail(why string) {
	if f.err == nil {
		f.err = fmt.Errorf("%s, at %q", why, strings.Join(f.tokens[min(max(f.at-4, 0), len(f.tokens)):min(f.at+3, len(f.tokens))], " "))
	}
}

func (f *nft) want(tokens ...string) {
	for _, t := range tokens {
		if f.next() != t {
			f.fail("want " + t)
			return
		}
	}
}

// skipLines says whether anything is left.
func (f *nft) skipLines() bool {
	for f.peek() == "\n" {
		f.at++
	}
	return f.at < len(f.tokens)
}

func (f *nft) endOfStatement() {
	if t := f.peek(); t != "\n" && t != ";" && t != "" && f.err == nil {
		f.fail("a statement ends with its line")
	}
}

func (f *nft) table() {
	f.want("{")
	for f.err == nil && f.skipLines() && f.peek() != "}" {
		f.want("chain")
		if name := f.next(); !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(name) || name == "fwd" || name == "dup" {
			f.fail(name + " cannot name a chain")
		}
		f.chain()
		f.endOfStatement()
	}
	f.want("}")
}

func (f *nft) chain() {
	f.want("{")
	f.skipLines()
	f.want("type", "filter", "hook")
	hook := f.next()
	f.hooks = append(f.hooks, hook)
	f.want("priority", "filter", ";", "policy", "accept", ";")
	families := map[string]bool{}
	for f.err == nil && f.skipLines() && f.peek() != "}" {
		family := f.rule(hook)
		families[family] = true
		f.endOfStatement()
	}
	f.want("}")
	if f.err == nil && (!families["ip"] || !families["ip6"]) {
		f.fail("a chain leaves one address family out")
	}
}

// rule reads one rule, and gives the address family that it is about.
func (f *nft) rule(hook string) (family string) {
	if family = f.next(); family != "ip" && family != "ip6" {
		f.fail("a rule begins with its addresses")
	}
	f.want("daddr")
	for _, a := range f.set() {
		if at, err := netip.ParseAddr(a); err != nil || at.Is4() != (family == "ip") {
			f.fail(a + " is no address of " + family)
		}
	}
	f.want("tcp", "dport")
	if ports := f.set(); !slices.Equal(ports, []string{"80", "443"}) {
		f.fail("the ports are 80 and 443")
	}
	if f.peek() == "meta" {
		f.want("meta", "skuid", "!=")
		users := f.set()
		if hook != "output" {
			f.fail("only what the host itself sends has an owner")
		}
		if len(users) < 2 || users[0] != "root" {
			f.fail("root and the users who are let through are named")
		}
	} else if hook == "output" {
		f.fail("nobody is let through, not even root")
	}
	switch verdict := f.next(); verdict {
	case "drop", "accept":
	case "reject":
		f.want("with", "tcp", "reset")
	default:
		f.fail(verdict + " is no verdict")
	}
	return family
}

// set is a value, or several in braces.
func (f *nft) set() (all []string) {
	if f.peek() != "{" {
		return []string{f.next()}
	}
	f.next()
	for f.err == nil {
		// What a shell puts in may be a list with commas of its own.
		parts := strings.SplitAfter(f.next(), anything)
		for i, p := range parts {
			if p != "" && (i == 0 || p != anything) {
				all = append(all, strings.TrimSuffix(p, anything))
			}
			if strings.HasSuffix(p, anything) {
				all = append(all, anything)
			}
		}
		switch f.next() {
		case ",":
		case "}":
			return all
		default:
			f.fail("a set is not closed")
		}
	}
	return all
}

// checkTables holds one call of iptables or ip6tables against as much of its
// language as fixes use.
func checkTables(words []string) error {
	r := &packetRule{six: words[0] == "ip6tables"}
	rest := words[1:]
	for len(rest) > 0 {
		n, err := r.option(rest)
		if err != nil {
			return err
		}
		rest = rest[n:]
	}
	return r.whole()
}

type packetRule struct {
	six                              bool
	act, chain, proto, target, reply string
	matches                          []string
	ports, owner, dest               bool
}

// option reads one option, and says how many words it took.
func (r *packetRule) option(words []string) (int, error) {
	value := ""
	if len(words) > 1 {
		value = words[1]
	}
	if words[0] != "--socket-exists" && (value == "" || strings.HasPrefix(value, "-")) {
		return 0, fmt.Errorf("%s wants a value", words[0])
	}
	switch words[0] {
	case "-N", "-F", "-A", "-C", "-D", "-I":
		if r.act != "" {
			return 0, fmt.Errorf("%s and %s are two commands", r.act, words[0])
		}
		r.act, r.chain = words[0], value
		if words[0] == "-I" && len(words) > 2 && !strings.HasPrefix(words[2], "-") {
			_, err := strconv.Atoi(words[2])
			return 3, err
		}
	case "-d":
		p, err := netip.ParsePrefix(value)
		if err != nil || p.Addr().Is6() != r.six {
			return 0, fmt.Errorf("%s is no block of this address family", value)
		}
		r.dest = true
	case "-p":
		r.proto = value
	case "-m":
		if value != "owner" && value != "multiport" {
			return 0, fmt.Errorf("there is no match %q here", value)
		}
		r.matches = append(r.matches, value)
	case "--dports":
		r.ports = true
		if value != "80,443" {
			return 0, fmt.Errorf("the ports are 80,443, not %s", value)
		}
		return 2, r.needs("multiport", "--dports")
	case "--uid-owner":
		r.owner = true
		return 2, r.needs("owner", words[0])
	case "--socket-exists":
		r.owner = true
		return 1, r.needs("owner", words[0])
	case "-j":
		r.target = value
	case "--reject-with":
		r.reply = value
	default:
		return 0, fmt.Errorf("there is no option %s", words[0])
	}
	return 2, nil
}

func (r *packetRule) needs(match, option string) error {
	if !slices.Contains(r.matches, match) {
		return fmt.Errorf("%s wants -m %s before it", option, match)
	}
	return nil
}

func (r *packetRule) whole() error {
	switch {
	case r.act == "":
		return errors.New("it names no chain")
	case r.act == "-N" || r.act == "-F":
		return nil
	case r.target == "":
		return errors.New("it says not what becomes of the packet: -j")
	case !slices.Contains([]string{"ACCEPT", "DROP", "REJECT", "IMDS"}, r.target):
		return fmt.Errorf("there is no target %s", r.target)
	case r.ports && r.proto != "tcp":
		return errors.New("ports want -p tcp")
	case r.reply != "" && (r.target != "REJECT" || r.reply != "tcp-reset" || r.proto != "tcp"):
		return errors.New("--reject-with tcp-reset wants -p tcp and -j REJECT")
	case r.owner && r.chain == "FORWARD":
		return errors.New("what is forwarded has no owner")
	case r.chain != "IMDS" && !r.dest:
		return errors.New("it names no destination, and is about every packet")
	}
	return nil
}

// insertsOnce says that what is inserted was looked for before by the same
// rule, so that a second run adds nothing.
func insertsOnce(all []shellCommand) error {
	for i, c := range all {
		if len(c.words) < 3 || c.words[1] != "-I" {
			continue
		}
		bare := append([]string{c.words[0], "-C", c.words[2]}, c.words[3:]...)
		if len(c.words) > 3 && !strings.HasPrefix(c.words[3], "-") {
			bare = append(bare[:3:3], c.words[4:]...)
		}
		if i == 0 || c.after != "||" || !slices.Equal(all[i-1].words, bare) {
			return fmt.Errorf("%q stands behind no %q ||", strings.Join(c.words, " "), strings.Join(bare, " "))
		}
	}
	return nil
}

func TestTheModelOfHostCommands(t *testing.T) {
	t.Parallel()
	const table = "nft -f - <<END\ntable inet imds\ndelete table inet imds\ntable inet imds {\n  chain out {\n    type filter hook output priority filter; policy accept;\n" +
		"    ip daddr 169.254.169.254 tcp dport { 80, 443 } meta skuid != { root, app } reject with tcp reset\n    ip6 daddr { fd00:ec2::254, fd20:ce::254 } tcp dport { 80, 443 } meta skuid != { root$(printf ', %s' $U) } reject with tcp reset\n  }\n" +
		"  chain from_guests {\n    type filter hook forward priority filter; policy accept;\n    ip daddr 169.254.169.254 tcp dport { 80, 443 } drop\n    ip6 daddr fd00:ec2::254 tcp dport { 80, 443 } drop\n  }\n}\nEND\n"
	with := func(old, with string) string { return strings.Replace(table, old, with, 1) }
	const reject = " OUTPUT -d 169.254.169.254/32 -p tcp -m multiport --dports 80,443 -j REJECT --reject-with tcp-reset"
	for script, wrong := range map[string]string{
		table:                                      "",
		"nft delete table inet imds":               "",
		"nft delete table inet filter":             "not called so",
		with("from_guests", "fwd"):                 "cannot name a chain",
		with("dport { 80, 443 }", "dport 80"):      "the ports are 80 and 443",
		with("tcp dport { 80, 443 } meta", "meta"): "want tcp",
		with("{ root, app }", "root"):              "root and the users who are let through",
		with("{ root, app }", "{ app, root }"):     "root and the users who are let through",
		with("meta skuid != { root, app } ", ""):   "not even root",
		with("{ 80, 443 } drop", "{ 80, 443 } meta skuid != { root, app } drop"):                      "has an owner",
		with("ip daddr 169.254.169.254", "ip daddr fd00:ec2::254"):                                    "no address of ip",
		with("    ip6 daddr fd00:ec2::254 tcp dport { 80, 443 } drop\n", ""):                          "leaves one address family out",
		with("reject with tcp reset", "refuse"):                                                       "no verdict",
		with("hook forward", "hook prerouting"):                                                       "want to stand at output and forward",
		with("policy accept;\n", "policy accept; "):                                                   "",
		with("drop\n    ip6", "drop ip6"):                                                             "ends with its line",
		"iptables -C" + reject + " || iptables -I" + strings.Replace(reject, "OUTPUT", "OUTPUT 1", 1): "",
		"iptables -I" + reject:                                                                        "behind no",
		"iptables -C" + reject + " && iptables -I" + reject:                                           "behind no",
		"iptables -A" + strings.Replace(reject, "-p tcp ", "", 1):                                     "ports want -p tcp",
		"iptables -A" + strings.Replace(reject, "multiport", "owner", 1):                              "wants -m multiport",
		"ip6tables -A" + reject:                                                                       "no block of this address family",
		"iptables -A" + strings.Replace(reject, "REJECT", "REFUSE", 1):                                "no target REFUSE",
		"iptables -A" + strings.Replace(reject, "--dports", "--dport", 1):                             "no option --dport",
		"iptables -A FORWARD -d 169.254.169.254/32 -p tcp -m owner --uid-owner app -j DROP":           "has no owner",
		"iptables -A OUTPUT -p tcp -j DROP":                                                           "about every packet",
		"iptables -N IMDS || iptables -F IMDS":                                                        "",
		"iptables -A IMDS -m owner --uid-owner -j X":                                                  "wants a value",
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			switch err := checkScript(script); {
			case err == nil && wrong != "":
				t.Errorf("it passes, and what is wrong is: %s", wrong)
			case err != nil && (wrong == "" || !strings.Contains(err.Error(), wrong)):
				t.Errorf("%v, want %q", err, wrong)
			}
		})
	}
}
