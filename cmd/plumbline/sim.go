package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

type simCmd struct {
	AWS simAWSCmd `cmd:"" name:"aws" help:"Serve a simulated AWS on loopback until it is stopped."`
	IBM simIBMCmd `cmd:"" name:"ibm" help:"Serve a simulated IBM Cloud on loopback until it is stopped."`
}

type simAWSCmd struct {
	Listen    string        `default:"127.0.0.1:0" help:"Address to listen on; loopback only." placeholder:"ADDR"`
	Instances int           `help:"Serve a large account of this many instances instead of the demo's." placeholder:"N"`
	Latency   time.Duration `help:"Time that every reply takes at least." placeholder:"50ms"`
	Throttle  bool          `help:"Throttle as EC2 does."`
	Plain     bool          `hidden:"" help:"Never compress."`
	Tied      bool          `hidden:"" help:"Stop when the standard input ends, as it does when whoever holds it dies."`
}

// Help shows how the command is used.
func (simAWSCmd) Help() string {
	return `Prints the lines to export, then serves until it is stopped.

Example:
  plumbline sim aws --listen 127.0.0.1:4599
  # in another terminal, after pasting the lines it printed:
  plumbline scan aws`
}

// Run serves.
func (c simAWSCmd) Run(ctx context.Context, s streams) error {
	estate := sim.Demo()
	if c.Instances > 0 {
		estate = sim.Big(c.Instances)
	}
	srv, err := awssim.Listen(c.Listen, awssim.New(estate, awssim.Options{Latency: c.Latency, Throttle: c.Throttle, NoGzip: c.Plain}))
	if err != nil {
		return err
	}
	a := estate.Accounts[0]
	fmt.Fprintf(s.out, "export AWS_ENDPOINT_URL=%s\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\nexport AWS_REGION=%s\n",
		srv.URL, a.AccessKey, a.SecretKey, a.Regions[0].Name)
	if c.Tied {
		var stop context.CancelFunc
		ctx, stop = tied(ctx, s)
		defer stop()
	}
	<-ctx.Done()
	return srv.Close()
}

// tied ends with the standard input.
func tied(ctx context.Context, s streams) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	go func() {
		defer stop()
		_, _ = io.Copy(io.Discard, s.in) // however it ends, it has ended
	}()
	return ctx, stop
}
