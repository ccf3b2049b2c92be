package main

import (
	"fmt"
	"runtime/debug"
)

// release is set when a release is built, by -ldflags "-X main.release=…".
var release = "0.1.0-dev"

// version names the build: evidence must be traceable to the program that
// judged it.
var version = release + revision()

// revision is "+" and the commit that was built, where Go noted one.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	rev, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ".modified"
		}
	}
	if rev == "" {
		return ""
	}
	return "+" + rev[:min(len(rev), 12)] + dirty
}

type versionCmd struct{}

// Help shows how the command is used.
func (versionCmd) Help() string { return "Example:\n  plumbline version" }

// Run prints the version.
func (versionCmd) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, "plumbline", version)
	return err
}
