// Command plumbline tells whether the settings that guard cloud workload
// credentials hang true, and what to mend first.
//
// This package ties the others together; it decides nothing of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"plumbline/internal/export"
)

// Exit statuses of scan; every other command uses 0 and 1.
const (
	exitOK          = 0
	exitError       = 1
	exitFindings    = 2
	exitNotAssessed = 3
)

// A streams value is what a command talks through.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// An exitCode ends the program with a status and no further word.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

type cli struct {
	Demo        demoCmd        `cmd:"" help:"Show a simulated estate in the browser: no cloud account, nothing to set up."`
	Serve       serveCmd       `cmd:"" help:"Run the service: pages, API, schedule, and a worker that scans."`
	Work        workCmd        `cmd:"" help:"Scan for a service that runs elsewhere, beside its own worker."`
	Migrate     migrateCmd     `cmd:"" help:"Bring the database to the shape of this program."`
	User        userCmd        `cmd:"" help:"Add people who may sign in, and change what they may do."`
	Scan        scanCmd        `cmd:"" help:"Ask a cloud account and judge what it answers. Needs no database."`
	Rules       rulesCmd       `cmd:"" help:"List the rules, show one, or prove them all."`
	Frameworks  frameworksCmd  `cmd:"" help:"List the frameworks, show one or one of its controls, or check them all."`
	Explain     explainCmd     `cmd:"" help:"Explain one finding: what is wrong, what that rests on, what to do."`
	Permissions permissionsCmd `cmd:"" help:"Print the least-privilege policy that a scan needs."`
	Bench       benchCmd       `cmd:"" help:"Measure a scan against the provider's own SDK on this machine."`
	Sim         simCmd         `cmd:"" help:"Serve a simulated cloud on loopback, to point a scan at."`
	Version     versionCmd     `cmd:"" help:"Print the version."`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

func main() {
	collectEarly()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run is the whole program: arguments in, exit status out.
func run(ctx context.Context, args []string, s streams) (code int) {
	var c cli
	exited := false
	p, err := kong.New(&c, kong.Name("plumbline"),
		kong.Description("Plumbline tells whether the settings that guard your cloud workload credentials hang true, and what to mend first."),
		kong.UsageOnError(), kong.Writers(s.out, s.err), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.Exit(func(n int) { exited, code = true, n }),
		kong.Vars{"version": "plumbline " + version}, kong.Bind(s), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(s.err, "plumbline:", err)
		return exitError
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := p.Parse(args)
	if exited { // --help, --version
		return code
	}
	if err != nil {
		said := told(err)
		if !strings.HasSuffix(said, "?") { // "did you mean …?" is a sentence already
			said += "."
		}
		fmt.Fprintf(s.err, "plumbline: %s See %s --help.\n", said, asked(err))
		return exitError
	}
	err = k.Run()
	var status exitCode
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() != nil:
		fmt.Fprintln(s.err, "plumbline: stopped before the end.")
	default:
		fmt.Fprintln(s.err, "plumbline:", told(err))
	}
	return exitError
}

// asked names the command that somebody meant, as far as kong could follow.
func asked(err error) string {
	name := "plumbline"
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		for _, step := range parse.Context.Path {
			if step.Command != nil {
				name += " " + step.Command.Name
			}
		}
	}
	return name
}

// told is an error as a terminal may show it. What came from a file or a cloud
// may stand in it: it cannot move the terminal, and no line but the first
// begins where the program's own words do.
func told(err error) string {
	lines := strings.Split(strings.TrimRight(err.Error(), "\n"), "\n")
	for i, l := range lines {
		lines[i] = export.Printable(strings.ReplaceAll(l, "\t", "    "))
	}
	return strings.Join(lines, "\n  ")
}
