package internal

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// A floor is a set of packages that may import the floors below them, never
// each other and never upwards.
type floor struct {
	why      string
	packages []string
}

// floors stand bottom up. A package of ours that stands on none fails the
// test: say where it belongs and why before it grows.
var floors = []floor{
	{"what a cloud said, and how an error speaks to a person: everything rests on these, so they rest on nothing", []string{
		"internal/snapshot", "internal/problem", "internal/words"}},
	{"what the auditor itself knows of an account, as documents of a scan", []string{
		"internal/house"}},
	{"known, or unknown for a reason; and how a reply becomes a document", []string{
		"internal/fact", "internal/wire"}},
	{"secrets in what a workload runs when it starts; which packets pass; how much an identity may do: thought about one thing each, free of any provider", []string{
		"internal/secret", "internal/reach", "internal/power"}},
	{"the vocabulary of rules, free of any provider", []string{
		"internal/estate"}},
	{"what the ways in from the internet come to, whatever cloud they lead through", []string{
		"internal/inlet"}},
	{"whether tokens may be required of a workload now, by what the provider counted", []string{
		"internal/enforce"}},
	{"from the internet to what is lost, told of one workload", []string{
		"internal/path"}},
	{"what was concluded: outcomes and states, before anything that judges", []string{
		"internal/finding"}},
	{"how bad, without knowing which rule said so: a rule cannot bend a score", []string{
		"internal/score"}},
	{"questions in CEL, asked of facts", []string{
		"internal/rule"}},
	{"what stands beside rules: the files themselves, and the proof of a file", []string{
		"internal/rule/catalog", "internal/rule/ruletest"}},
	{"what rules say of the demands that somebody publishes", []string{
		"internal/framework"}},
	{"the frameworks' files", []string{
		"internal/framework/catalog"}},
	{"facts and rules become verdicts; providers hand their facts in, so it names none", []string{
		"internal/judge"}},
	{"one workload, looked at closely, from stored documents", []string{
		"internal/inspect"}},
	{"what a provider's documents and refusals mean, in thought only", []string{
		"internal/cloud/aws/awsfact", "internal/cloud/ibm/ibmfact"}},
	{"audit events that people give us, by a cloud's format of them", []string{
		"internal/cloud/ibm/ibmevents"}},
	{"the role that a provider's account grants us, as texts to paste", []string{
		"internal/cloud/aws/awsrole", "internal/cloud/ibm/ibmrole"}},
	{"the list of providers' facts, without an SDK, so that the catalogue's tests compile none", []string{
		"internal/cloud/facts"}},
	{"simulated clouds: below everything that asks, see simulators", []string{
		"internal/cloud/sim", "internal/cloud/sim/ibmestate"}},
	{"how any simulated cloud is served: on loopback, slow, throttled, broken", []string{
		"internal/cloud/sim/serve"}},
	{"one packet at a time through a simulated network, to hold answers against", []string{
		"internal/cloud/sim/walker"}},
	{"one simulator for each cloud", []string{
		"internal/cloud/sim/awssim", "internal/cloud/sim/ibmsim"}},
	{"the SDK asked to read what a simulator wrote; apart, so that the simulator's own tests compile none", []string{
		"internal/cloud/sim/awssim/sdktest", "internal/cloud/sim/ibmsim/sdktest"}},
	{"what every collector does", []string{
		"internal/cloud"}},
	{"how a question is asked of any cloud: pace, silence, pages, bodies, how it ended", []string{
		"internal/cloud/ask"}},
	{"asks one cloud, decides nothing; each brings its SDK", []string{
		"internal/cloud/aws", "internal/cloud/ibm"}},
	{"a scan in a file", []string{
		"internal/recording"}},
	{"what a refused permission costs: found out on a recording, not written down", []string{
		"internal/cloud/trial"}},
	{"the pipeline; it is handed its collector and its store", []string{
		"internal/scan"}},
	{"proves of any provider that what was not seen never becomes an answer; for tests only", []string{
		"internal/cloud/cloudtest"}},
	{"the database's shape, as files", []string{
		"migrations"}},
	{"a server of our own, which knows nothing of what is stored", []string{
		"internal/postgres/embedded"}},
	{"who may do what, how a list is asked, and whose a thing is: words, before anybody who answers", []string{
		"internal/access", "internal/query", "internal/owner"}},
	{"what may be asked of the store and what it tells, so that pages and API are told the same", []string{
		"internal/listing"}},
	{"how controls stand, and the rules that hold in an organisation: of what the store tells, handed in", []string{
		"internal/compliance", "internal/rulebook"}},
	{"a small estate whose controls stand in every way; for tests only", []string{
		"internal/compliance/compliancetest"}},
	{"all SQL", []string{
		"internal/postgres"}},
	{"a database for each test", []string{
		"internal/postgres/pgtest"}},
	{"whose sessions, tokens and lines of the audit log there are: tables of their own", []string{
		"internal/postgres/people"}},
	{"what workers and people do with the store; neither knows who calls", []string{
		"internal/shard", "internal/clerk", "internal/jobs"}},
	{"ways to tell: documents for programs, the API, and the files of the pages", []string{
		"internal/export", "internal/api", "web"}},
	{"the pieces that pages share", []string{
		"web/parts"}},
	{"the pages, each from a struct of its own", []string{
		"web/pages"}},
	{"answers a browser; and the door before it, which knows no finding", []string{
		"internal/ui", "internal/signin"}},
	{"ties all of it together; nobody imports it", []string{
		"cmd/plumbline"}},
	{"holds the proof of what is deployed and nothing else", []string{
		"deploy"}},
	{"holds this test and nothing else", []string{
		"internal"}},
}

// pure packages think: the same input gives the same output, today and in next
// year's audit.
var pure = []string{
	"internal/snapshot", "internal/fact", "internal/estate", "internal/wire", "internal/rule", "internal/score",
	"internal/words", "internal/problem", "internal/finding", "internal/judge", "internal/cloud/aws/awsfact", "internal/cloud/ibm/ibmfact", "internal/cloud/ibm/ibmevents", "internal/query",
	"internal/secret", "internal/reach", "internal/power", "internal/inlet", "internal/path", "internal/framework", "internal/enforce", "internal/house",
	"internal/owner",
}

// impure is what thinking has no use for.
var impure = map[string]string{
	"context":                  "there is nothing to cancel: thinking does not wait",
	"database/sql":             "no storage inside",
	"github.com/aws/":          "no SDK: documents come from the wire",
	"github.com/IBM/":          "no SDK: documents come from the wire",
	"github.com/jackc/pgx":     "no storage inside",
	"io/ioutil":                "no file system",
	"log":                      "nothing to log: the verdict says it all",
	"log/slog":                 "nothing to log: the verdict says it all",
	"math/rand":                "no chance: the same input gives the same output",
	"net":                      "no network; net/netip and net/url are values and are allowed",
	"net/http":                 "no network",
	"os":                       "no environment, no file system",
	"os/exec":                  "no other programs",
	"syscall":                  "no operating system",
	"time/tzdata":              "no zones of the machine: times are UTC",
	"golang.org/x/sys":         "no operating system",
	"github.com/alecthomas":    "no command line",
	"github.com/pressly/goose": "no storage inside",
}

// clock is what of package time a pure package may not call.
var clock = []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep"}

// sdks are the libraries that take minutes and gigabytes to compile. Whoever
// reaches one, makes everything that imports it wait.
var sdks = []string{"github.com/aws/aws-sdk-go-v2", "github.com/IBM/vpc-go-sdk", "github.com/IBM/platform-services-go-sdk"}

// Who may be linked with an SDK, and why.
var (
	withSDK = map[string]string{
		"internal/cloud/aws": "the collector: it asks through the SDK's signing and retries",
		"internal/cloud/ibm": "the collector: it asks through the SDK's login and retries",
		"cmd/plumbline":      "the program holds the collectors",
	}
	testsWithSDK = map[string]string{
		"internal/cloud/sim/awssim/sdktest": "what the SDK decodes must equal what the simulator meant",
		"internal/cloud/sim/ibmsim/sdktest": "what the SDK decodes must equal what the simulator meant",
	}
)

// withPgx are the packages that speak to Postgres, or whose tests are a queue.
var withPgx = []string{"internal/postgres", "internal/postgres/embedded", "internal/postgres/pgtest", "internal/postgres/people", "internal/jobs", "internal/shard", "internal/clerk"}

// simulators are built from intent. One that shared code with what it tests
// would share its mistakes.
var (
	simulators = []string{"internal/cloud/sim", "internal/cloud/sim/awssim", "internal/cloud/sim/ibmestate", "internal/cloud/sim/ibmsim", "internal/cloud/sim/serve"}
	tested     = []string{
		"internal/snapshot", "internal/fact", "internal/estate", "internal/wire", "internal/rule", "internal/rule/catalog",
		"internal/rule/ruletest", "internal/judge", "internal/finding", "internal/score", "internal/cloud",
		"internal/cloud/aws", "internal/cloud/aws/awsfact", "internal/cloud/ibm", "internal/cloud/ibm/ibmfact", "internal/cloud/facts", "internal/scan", "internal/recording",
	}
)

const module = "plumbline/"

// A source is one package as its files import.
type source struct {
	imports []string // of the package itself
	tests   []string // of its tests, in the package or beside it
	clocks  []string // where the package calls the clock
}

func TestEveryPackageStandsOnOneFloor(t *testing.T) {
	complain(t, unplaced(tree(t)))
}

func TestImportsPointDown(t *testing.T) {
	complain(t, upward(tree(t)))
}

func TestPurePackagesTouchNothing(t *testing.T) {
	complain(t, touching(tree(t)))
}

func TestPurePackagesHaveNoClock(t *testing.T) {
	complain(t, ticking(tree(t)))
}

func TestOnlyCollectorsAndTheProgramAreLinkedWithAnSDK(t *testing.T) {
	complain(t, heavy(tree(t)))
}

func TestOnlyPostgresImportsPgx(t *testing.T) {
	complain(t, storing(tree(t)))
}

func TestSimulatorsShareNothingWithWhatTheyTest(t *testing.T) {
	complain(t, mirrored(tree(t)))
}

// Each check is shown a tree that breaks it, so that none can fall silent.
func TestTheChecksComplain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		check func(map[string]source) []string
		want  []string
	}{
		"a package that nobody placed": {
			map[string]string{"internal/helper/a.go": `package helper`}, unplaced,
			[]string{"internal/helper stands on no floor: place it in layers_test.go, with a reason"}},
		"an import that points up": {
			map[string]string{"internal/fact/a.go": `package fact; import "plumbline/internal/judge"`}, upward,
			[]string{"internal/fact imports internal/judge, which does not stand below it"}},
		"an import of a neighbour": {
			map[string]string{"internal/wire/a.go": `package wire; import "plumbline/internal/fact"`}, upward,
			[]string{"internal/wire imports internal/fact, which does not stand below it"}},
		"a rule that reads the environment": {
			map[string]string{"internal/rule/a.go": `package rule; import "os"`}, touching,
			[]string{"internal/rule is pure but imports os: no environment, no file system"}},
		"a dot import of an SDK's folder": {
			map[string]string{"internal/wire/a.go": `package wire; import . "github.com/aws/smithy-go/xml"`}, touching,
			[]string{"internal/wire is pure but imports github.com/aws/smithy-go/xml: no SDK: documents come from the wire"}},
		"addresses are values": {
			map[string]string{"internal/wire/a.go": `package wire; import "net/netip"`}, touching, nil},
		"a fact that knows what time it is": {
			map[string]string{"internal/fact/a.go": "package fact\nimport hour \"time\"\nvar now = hour.Now"}, ticking,
			[]string{"internal/fact/a.go:3 calls time.Now: a pure package has no clock, take the time as an argument"}},
		"durations are values": {
			map[string]string{"internal/fact/a.go": "package fact\nimport \"time\"\nvar d = time.Second"}, ticking, nil},
		"a scan that reaches an SDK through another package": {
			map[string]string{
				"internal/scan/a.go":      `package scan; import "plumbline/internal/cloud/aws"`,
				"internal/cloud/aws/a.go": `package aws; import "github.com/aws/aws-sdk-go-v2/service/ec2"`,
			}, heavy,
			[]string{"internal/scan is linked with github.com/aws/aws-sdk-go-v2/service/ec2: internal/scan → internal/cloud/aws"}},
		"a test that makes rules wait for an SDK": {
			map[string]string{
				"internal/rule/a_test.go": `package rule_test; import "plumbline/internal/cloud/aws"`,
				"internal/cloud/aws/a.go": `package aws; import "github.com/aws/aws-sdk-go-v2/aws"`,
			}, heavy,
			[]string{"the tests of internal/rule are linked with github.com/aws/aws-sdk-go-v2/aws: internal/rule → internal/cloud/aws"}},
		"a page that asks the database itself": {
			map[string]string{"internal/ui/a.go": `package ui; import "github.com/jackc/pgx/v5"`}, storing,
			[]string{"internal/ui imports github.com/jackc/pgx/v5: all SQL stands in internal/postgres"}},
		"a simulator that writes its replies with the reader's code": {
			map[string]string{
				"internal/cloud/sim/awssim/a.go": `package awssim; import "plumbline/internal/cloud/sim"`,
				"internal/cloud/sim/a.go":        `package sim; import "plumbline/internal/wire"`,
			}, mirrored,
			[]string{
				"internal/cloud/sim is a simulator but reaches internal/wire, which it is there to test",
				"internal/cloud/sim/awssim is a simulator but reaches internal/wire, which it is there to test",
			}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for name, text := range c.files {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			sources, err := read(files)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, c.check(sources)); diff != "" {
				t.Errorf("complaints (-want +got):\n%s", diff)
			}
		})
	}
}

func complain(t *testing.T, complaints []string) {
	t.Helper()
	t.Parallel()
	for _, c := range complaints {
		t.Error(c)
	}
}

func tree(t *testing.T) map[string]source {
	t.Helper()
	sources, err := read(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) < len(pure) {
		t.Fatalf("only %d packages were found: the test looks in the wrong place", len(sources))
	}
	return sources
}

// read parses every Go file of the module. Parsing, unlike go list, lets the
// test's result be cached and asks for no module.
func read(module fs.FS) (map[string]source, error) {
	sources := map[string]source{}
	return sources, fs.WalkDir(module, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return outside(name)
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		return readFile(module, name, sources)
	})
}

// outside leaves out what go itself leaves out.
func outside(dir string) error {
	base := path.Base(dir)
	if dir != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) || base == "testdata" || base == "node_modules" {
		return fs.SkipDir
	}
	return nil
}

func readFile(module fs.FS, name string, sources map[string]source) error {
	text, err := fs.ReadFile(module, name)
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	s := sources[path.Dir(name)]
	timeName := ""
	for _, i := range file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, "_test.go") {
			s.tests = append(s.tests, p)
			continue
		}
		s.imports = append(s.imports, p)
		if p == "time" {
			timeName = "time"
			if i.Name != nil {
				timeName = i.Name.Name
			}
		}
	}
	if timeName != "" {
		s.clocks = append(s.clocks, clockCalls(set, file, timeName)...)
	}
	sources[path.Dir(name)] = s
	return nil
}

func clockCalls(set *token.FileSet, file *ast.File, timeName string) (calls []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == timeName && slices.Contains(clock, sel.Sel.Name) {
			at := set.Position(sel.Pos())
			calls = append(calls, fmt.Sprintf("%s:%d calls time.%s", at.Filename, at.Line, sel.Sel.Name))
		}
		return true
	})
	return calls
}

func unplaced(sources map[string]source) (complaints []string) {
	height := heights()
	for _, p := range sorted(sources) {
		if _, ok := height[p]; !ok {
			complaints = append(complaints, p+" stands on no floor: place it in layers_test.go, with a reason")
		}
	}
	return complaints
}

// upward looks at the packages themselves. Their tests may reach up: a
// collector is best tested by judging what it collected.
func upward(sources map[string]source) (complaints []string) {
	height := heights()
	for _, p := range sorted(sources) {
		for _, q := range ours(sources[p].imports) {
			if at, ok := height[q]; !ok || at >= height[p] {
				complaints = append(complaints, fmt.Sprintf("%s imports %s, which does not stand below it", p, q))
			}
		}
	}
	return complaints
}

func heights() map[string]int {
	height := map[string]int{}
	for i, f := range floors {
		for _, p := range f.packages {
			height[p] = i
		}
	}
	return height
}

func touching(sources map[string]source) (complaints []string) {
	for _, p := range pure {
		for _, q := range unique(sources[p].imports) {
			if why, banned := bannedFrom(q); banned {
				complaints = append(complaints, fmt.Sprintf("%s is pure but imports %s: %s", p, q, why))
			}
		}
	}
	return append(complaints, leaning(sources)...)
}

// leaning finds pure packages that import one of ours that is not.
func leaning(sources map[string]source) (complaints []string) {
	for _, p := range pure {
		for _, q := range ours(sources[p].imports) {
			if !slices.Contains(pure, q) {
				complaints = append(complaints, fmt.Sprintf("%s is pure but imports %s, which is not", p, q))
			}
		}
	}
	return complaints
}

// bannedFrom looks a path up: a name with a dot in it is a module and bans all
// that is below, a name of the standard library bans only itself.
func bannedFrom(p string) (why string, banned bool) {
	if why, ok := impure[p]; ok {
		return why, true
	}
	for _, q := range slices.Sorted(maps.Keys(impure)) {
		if strings.Contains(q, ".") && strings.HasPrefix(p, q) {
			return impure[q], true
		}
	}
	return "", false
}

func ticking(sources map[string]source) (complaints []string) {
	for _, p := range pure {
		for _, c := range sources[p].clocks {
			complaints = append(complaints, c+": a pure package has no clock, take the time as an argument")
		}
	}
	return complaints
}

func heavy(sources map[string]source) (complaints []string) {
	for _, p := range sorted(sources) {
		if _, may := withSDK[p]; may {
			continue
		}
		if way, sdk := wayToSDK(sources, p, sources[p].imports); sdk != "" {
			complaints = append(complaints, fmt.Sprintf("%s is linked with %s: %s", p, sdk, way))
			continue // then so are its tests
		}
		if _, may := testsWithSDK[p]; may {
			continue
		}
		if way, sdk := wayToSDK(sources, p, sources[p].tests); sdk != "" {
			complaints = append(complaints, fmt.Sprintf("the tests of %s are linked with %s: %s", p, sdk, way))
		}
	}
	return complaints
}

// wayToSDK walks our own packages from p, whose imports are given, until one
// imports an SDK.
func wayToSDK(sources map[string]source, p string, imports []string) (way, sdk string) {
	seen := map[string]bool{p: true}
	var walk func(way string, imports []string) (string, string)
	walk = func(way string, imports []string) (string, string) {
		for _, q := range unique(imports) {
			for _, s := range sdks {
				if q == s || strings.HasPrefix(q, s+"/") {
					return way, q
				}
			}
		}
		for _, q := range ours(imports) {
			if seen[q] {
				continue
			}
			seen[q] = true
			if way, sdk := walk(way+" → "+q, sources[q].imports); sdk != "" {
				return way, sdk
			}
		}
		return "", ""
	}
	return walk(p, imports)
}

func storing(sources map[string]source) (complaints []string) {
	for _, p := range sorted(sources) {
		if slices.Contains(withPgx, p) {
			continue
		}
		for _, q := range unique(slices.Concat(sources[p].imports, sources[p].tests)) {
			if strings.HasPrefix(q, "github.com/jackc/pgx") {
				complaints = append(complaints, fmt.Sprintf("%s imports %s: all SQL stands in internal/postgres", p, q))
			}
		}
	}
	return complaints
}

func mirrored(sources map[string]source) (complaints []string) {
	for _, p := range simulators {
		for _, q := range reached(sources, p) {
			if slices.Contains(tested, q) {
				complaints = append(complaints, fmt.Sprintf("%s is a simulator but reaches %s, which it is there to test", p, q))
			}
		}
	}
	return complaints
}

// reached are the packages of ours that p is linked with.
func reached(sources map[string]source, p string) []string {
	seen := map[string]bool{}
	var walk func(string)
	walk = func(p string) {
		for _, q := range ours(sources[p].imports) {
			if !seen[q] {
				seen[q] = true
				walk(q)
			}
		}
	}
	walk(p)
	return slices.Sorted(maps.Keys(seen))
}

// ours are the imports that are packages of this module, by their folder.
func ours(imports []string) (folders []string) {
	for _, q := range unique(imports) {
		if rest, ok := strings.CutPrefix(q, module); ok {
			folders = append(folders, rest)
		}
	}
	return folders
}

func unique(imports []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(imports)))
}

func sorted(sources map[string]source) []string {
	return slices.Sorted(maps.Keys(sources))
}
