package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"plumbline/internal/postgres/embedded"
)

type benchCmd struct {
	AWS    benchAWSCmd    `cmd:"" name:"aws" help:"Scan simulated instances into PostgreSQL, beside the bare SDK paginator."`
	IBM    benchIBMCmd    `cmd:"" name:"ibm" help:"Scan simulated virtual servers of IBM Cloud into PostgreSQL, beside the bare SDK pager."`
	Worker benchWorkerCmd `cmd:"" hidden:""`
}

type benchAWSCmd struct{ benching }

type benchIBMCmd struct{ benching }

// A benching is what a bench of any cloud is told.
type benching struct {
	Instances []int  `default:"10000,100000" help:"Sizes of the simulated account."`
	PgBin     string `name:"pg-bin" env:"PLUMBLINE_PG_BIN" type:"path" help:"Directory of the PostgreSQL programs." placeholder:"DIR"`
	JSON      bool   `name:"json" help:"Print the figures as JSON."`
}

// Help shows how the command is used.
func (benchAWSCmd) Help() string { return benchHelp("AWS", "aws") }

// Help shows how the command is used.
func (benchIBMCmd) Help() string {
	return benchHelp("IBM Cloud", "ibm") + `

What each server was made with is asked by a request of its own, as in a first
scan of a real account, and at no pace.`
}

func benchHelp(name, cloud string) string {
	return `The simulated ` + name + ` and PostgreSQL run as processes of their own, so that their CPU
time does not count as Plumbline's. CPU is user and system time; on a busy
machine it repeats where wall time does not. Nothing is asserted.

The database stands in a directory plumbline-bench-… of the system's temporary
one and is removed at the end. A bench that is killed leaves it, and its
PostgreSQL: the first line of DIR/pg/data/postmaster.pid is the process to end
before you remove the directory.

Example:
  plumbline bench ` + cloud + ` --instances 10000,100000`
}

// Run measures.
func (c benchAWSCmd) Run(ctx context.Context, s streams) error { return c.run(ctx, s, "aws") }

// Run measures.
func (c benchIBMCmd) Run(ctx context.Context, s streams) error { return c.run(ctx, s, "ibm") }

// The parts of a bench, in the order they run.
var benchParts = []struct{ name, title string }{
	{"paginator", "the SDK's own pager, nothing else"},
	{"judge", "plumbline, API to verdicts, nothing stored"},
	{"first", "plumbline, API to findings in PostgreSQL, first scan"},
	{"again", "plumbline, the same, unchanged estate"},
}

// A figure is what one part cost.
type figure struct {
	Part        string  `json:"part"`
	Instances   int     `json:"instances"`
	Seconds     float64 `json:"seconds"`
	CPU         float64 `json:"cpu_seconds"`
	Postgres    float64 `json:"postgres_cpu_seconds"`
	Simulator   float64 `json:"simulator_cpu_seconds"`
	PeakMB      float64 `json:"peak_memory_mb"`
	Findings    int     `json:"findings"`
	RowsWritten int     `json:"resource_rows_written"`
}

// run measures one cloud at every size.
func (c benching) run(ctx context.Context, s streams, cloud string) error {
	var all []figure
	for _, n := range c.Instances {
		fs, err := c.measure(ctx, s, cloud, n)
		if err != nil {
			return err
		}
		all = append(all, fs...)
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(all)
	}
	return printFigures(s.out, all)
}

// measure runs every part on n instances, with a new database.
func (c benching) measure(ctx context.Context, s streams, cloud string, n int) ([]figure, error) {
	simulator, env, err := startSim(ctx, cloud, n)
	if err != nil {
		return nil, err
	}
	defer simulator.stop()
	dir, err := os.MkdirTemp("", "plumbline-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // where we are root, the server runs as another user
		return nil, err
	}
	pg, err := embedded.Start(ctx, embedded.Options{Dir: dir + "/pg", BinDir: c.PgBin})
	if err != nil {
		return nil, err
	}
	defer func() { _ = pg.Stop(context.WithoutCancel(ctx)) }()
	var out []figure
	for _, p := range benchParts {
		fmt.Fprintf(s.err, "%d instances: %s …\n", n, p.title)
		simBefore, pgBefore := treeCPU(simulator.cmd.Process.Pid), treeCPU(pg.Pid())
		f, err := worker(ctx, cloud, p.name, append(env, "PLUMBLINE_BENCH_DATABASE="+pg.URL()))
		if err != nil {
			return nil, fmt.Errorf("bench %s: %w", p.name, err)
		}
		if f.Instances != n {
			return nil, fmt.Errorf("bench %s saw %d of %d instances", p.name, f.Instances, n)
		}
		f.Simulator, f.Postgres = treeCPU(simulator.cmd.Process.Pid)-simBefore, treeCPU(pg.Pid())-pgBefore
		out = append(out, f)
	}
	return out, nil
}

// A child is a process that is stopped when it is no longer needed.
type child struct{ cmd *exec.Cmd }

func (c child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	_ = c.cmd.Wait() // it is only a simulator; nothing is lost with it
}

// simLines are how many lines to export a simulator prints when it serves.
var simLines = map[string]int{"aws": 4, "ibm": 2}

func startSim(ctx context.Context, cloud string, n int) (child, []string, error) {
	args := []string{"sim", cloud, fmt.Sprintf("--instances=%d", n), "--tied"}
	if cloud == "aws" {
		args = append(args, "--plain") // IBM's replies are never compressed here
	}
	cmd, err := self(ctx, args...)
	if err != nil {
		return child{}, nil, err
	}
	// Nothing is written to it. It ends with us, even where we are killed, and
	// the simulator with it.
	if _, err := cmd.StdinPipe(); err != nil {
		return child{}, nil, err
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return child{}, nil, err
	}
	if err := cmd.Start(); err != nil {
		return child{}, nil, err
	}
	env := os.Environ()
	sc := bufio.NewScanner(pipe)
	for range simLines[cloud] {
		if !sc.Scan() {
			child{cmd}.stop()
			return child{}, nil, errors.New("the simulated cloud did not start")
		}
		env = append(env, strings.TrimPrefix(sc.Text(), "export "))
	}
	return child{cmd}, env, nil
}

func self(ctx context.Context, args ...string) (*exec.Cmd, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// worker runs one part in a process of its own and reads its figures.
func worker(ctx context.Context, cloud, part string, env []string) (figure, error) {
	cmd, err := self(ctx, "bench", "worker", cloud, part)
	if err != nil {
		return figure{}, err
	}
	cmd.Env = env
	start := time.Now()
	b, err := cmd.Output()
	if err != nil {
		return figure{}, err
	}
	took := time.Since(start).Seconds()
	var f figure
	if err := json.Unmarshal(b, &f); err != nil {
		return figure{}, fmt.Errorf("read figures: %w", err)
	}
	f.Seconds = took
	f.CPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if ru, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		f.PeakMB = float64(ru.Maxrss) / 1024
		if runtime.GOOS == "darwin" { // bytes there, KiB elsewhere
			f.PeakMB /= 1024
		}
	}
	return f, nil
}

func printFigures(w io.Writer, all []figure) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "INSTANCES\tWHAT\tCPU µs/INSTANCE\tOF THE PAGER\tINSTANCES/s\tPEAK MB\tPOSTGRES µs\tSIMULATOR µs\tROWS WRITTEN\tFINDINGS")
	title := map[string]string{}
	for _, p := range benchParts {
		title[p.name] = p.title
	}
	floor := map[int]float64{}
	for _, f := range all {
		n := float64(f.Instances)
		if f.Part == "paginator" {
			floor[f.Instances] = f.CPU
		}
		fmt.Fprintf(tw, "%d\t%s\t%.1f\t%.0f %%\t%.0f\t%.0f\t%.1f\t%.1f\t%d\t%d\n", f.Instances, title[f.Part], f.CPU/n*1e6,
			100*f.CPU/floor[f.Instances], n/f.Seconds, f.PeakMB, f.Postgres/n*1e6, f.Simulator/n*1e6, f.RowsWritten, f.Findings)
	}
	return tw.Flush()
}
