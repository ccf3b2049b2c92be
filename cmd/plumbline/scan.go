package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/term"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/export"
	"plumbline/internal/finding"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/wire"
)

type scanCmd struct {
	AWS scanAWSCmd `cmd:"" name:"aws" help:"Scan one AWS account."`
}

type scanAWSCmd struct {
	rulesFlags
	Region     []string `help:"Only these regions; repeat it or separate with commas." placeholder:"REGION"`
	Profile    string   `help:"Profile of the shared AWS configuration to sign in with."`
	RoleARN    string   `name:"role-arn" help:"Role to assume first, arn:aws:iam::…:role/…" placeholder:"ARN"`
	ExternalID string   `name:"external-id" help:"External id that the role's trust policy demands."`
	NoUserData bool     `name:"no-user-data" help:"Leave user data unread: it is otherwise looked through for secrets, in memory."`
	Output     string   `short:"o" enum:"table,json" default:"table" help:"${enum}."`
	FailOn     string   `enum:"low,medium,high,critical" default:"high" help:"Exit with status 2 if a finding of this severity or worse fails: ${enum}."`
	Record     string   `type:"path" xor:"file" help:"Write what the cloud answered to this file, secrets replaced." placeholder:"FILE"`
	Replay     string   `type:"path" xor:"file" help:"Judge a recording instead of asking a cloud." placeholder:"FILE"`
	Parallel   int      `default:"8" help:"Regions asked at once."`
	PageSize   int      `hidden:"" help:"Judge this many workloads at once."`
}

// Help shows how the command is used.
func (scanAWSCmd) Help() string {
	return `Credentials come from where the AWS command line takes them: environment, shared
configuration, SSO, container or instance. AWS_ENDPOINT_URL points the scan at an
AWS-compatible endpoint. Nothing is changed in the account.

User data is looked through for secrets, in memory; only their kind, place and a
keyed hash are kept. --no-user-data leaves it unread, and what rests on it is
then not assessed.

PLUMBLINE_REDACTION_KEY, 64 hexadecimal digits, makes the hashes of secrets
comparable between scans; without it every scan has a key of its own.

Exit status: 1 the scan could not be made; otherwise 2 a finding at or above
--fail-on; otherwise 3 not everything could be assessed; otherwise 0.

Examples:
  plumbline scan aws
  plumbline scan aws --role-arn arn:aws:iam::111122223333:role/plumbline --external-id 4f1c
  plumbline scan aws --region eu-west-1,eu-central-1 --output json > scan.json
  plumbline scan aws --record scan.ndjson && plumbline scan aws --replay scan.ndjson`
}

// Validate refuses what would have no effect: a flag that is taken and ignored
// makes a result look like another.
func (c *scanAWSCmd) Validate() error {
	switch {
	case c.Replay != "" && (len(c.Region) > 0 || c.Profile != "" || c.RoleARN != "" || c.NoUserData):
		return errors.New("--replay judges the whole recording and asks no cloud: leave out --region, --profile, --role-arn and --no-user-data")
	case c.ExternalID != "" && c.RoleARN == "":
		return errors.New("--external-id goes with --role-arn, which is missing")
	case slices.Contains(c.Region, ""):
		return errors.New("--region is empty: name a region, or leave the flag out to scan all")
	case c.Parallel < 1:
		return errors.New("--parallel must be at least 1")
	}
	return nil
}

// Run scans and prints.
func (c *scanAWSCmd) Run(ctx context.Context, s streams) error {
	set, err := c.compose()
	if err != nil {
		return err
	}
	report := export.NewReport(version, set, facts.For("aws"))
	progress := newProgress(s.err)
	outs := []scan.Out{report, progress}
	src, done, err := c.source(ctx, &outs)
	if err != nil {
		return err
	}
	err = scan.Run(ctx, src, c.engine(set), outs...)
	progress.Clear()
	if err = done(err); err != nil {
		return err
	}
	return c.print(s, report)
}

func (c *scanAWSCmd) engine(set *rule.Set) scan.Engine {
	return scan.Engine{Rules: set, Facts: facts.Maker("aws"), PageSize: c.PageSize}
}

// source opens the recording or connects to the cloud; done ends it.
func (c *scanAWSCmd) source(ctx context.Context, outs *[]scan.Out) (scan.Source, func(error) error, error) {
	if c.Replay != "" {
		return c.replay()
	}
	key, err := redactionKey(os.Getenv("PLUMBLINE_REDACTION_KEY"))
	if err != nil {
		return nil, nil, err
	}
	done := func(err error) error { return err }
	if c.Record != "" {
		var w *recording.Writer
		if w, done, err = record(c.Record); err != nil {
			return nil, nil, err
		}
		*outs = append(*outs, w)
	}
	col, err := aws.Connect(ctx, aws.Options{Regions: c.Region, Profile: c.Profile, RoleARN: c.RoleARN,
		ExternalID: c.ExternalID, Parallel: c.Parallel, Redactor: wire.NewRedactor(key), UserData: !c.NoUserData, Now: time.Now})
	if err != nil {
		return nil, nil, done(err)
	}
	return scan.NewLive(col, time.Now().UTC().Truncate(time.Millisecond)), done, nil
}

func (c *scanAWSCmd) replay() (scan.Source, func(error) error, error) {
	f, err := os.Open(c.Replay)
	if err != nil {
		return nil, nil, fmt.Errorf("the recording cannot be opened: %w", err)
	}
	closed := func(err error) error { return errors.Join(err, f.Close()) }
	r := recording.NewReader(f, facts.For("aws").IsWorkload, 1000).Expect("aws", facts.Belongs("aws"))
	return r, closed, nil
}

// record opens a new recording beside its final place; done names it so if
// the scan came to its end, and removes it otherwise. An existing file is kept.
func record(path string) (*recording.Writer, func(error) error, error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, existsAlready(path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".recording-*")
	if err != nil {
		return nil, nil, fmt.Errorf("no file can be made in %s, where the recording is to stand: %w", filepath.Dir(path), lastError(err))
	}
	done := func(err error) error {
		if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
			err = place(f.Name(), path)
		}
		return errors.Join(err, os.Remove(f.Name()))
	}
	return recording.NewWriter(f, version), done, nil
}

// lastError leaves out the temporary name that a person never chose.
func lastError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func existsAlready(path string) error {
	return fmt.Errorf("%s exists already; a recording is never overwritten. Choose another name", path)
}

// place gives a finished file its name. Unlike a rename, neither a link nor a
// copy into a new file replaces anything.
func place(from, path string) error {
	err := os.Link(from, path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return existsAlready(path)
	}
	return copyNew(from, path) // a file system without links, such as FAT
}

func copyNew(from, path string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return existsAlready(path)
	}
	if err != nil {
		return fmt.Errorf("the recording cannot be written: %w", err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(path)) // half a recording helps nobody
	}
	return nil
}

// redactionKey reads the key that hashes of secrets are made with, or makes one
// for this run. It comes from the environment only: what stands in a command
// line is read by every account of the machine.
func redactionKey(hexKey string) (key [32]byte, err error) {
	if hexKey == "" {
		_, err = rand.Read(key[:])
		return key, err
	}
	b, err := hex.DecodeString(hexKey)
	if err != nil || len(b) != len(key) {
		return key, errors.New("PLUMBLINE_REDACTION_KEY must be 64 hexadecimal digits; make one with: openssl rand -hex 32")
	}
	copy(key[:], b)
	return key, nil
}

func (c *scanAWSCmd) print(s streams, r *export.Report) error {
	failOn, _ := finding.ParseSeverity(c.FailOn)
	var err error
	if c.Output == "json" {
		err = r.JSON(s.out, failOn)
	} else {
		err = r.Table(s.out, tableStyle(s.out))
	}
	switch {
	case err != nil:
		return err
	case r.Failing(failOn):
		return exitCode(exitFindings)
	case r.NotAssessed():
		return exitCode(exitNotAssessed)
	}
	return nil
}

// tableStyle paints and cuts on a terminal only.
func tableStyle(w io.Writer) export.TableStyle {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return export.TableStyle{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return export.TableStyle{Color: os.Getenv("NO_COLOR") == "", Width: width, Most: 200}
}
