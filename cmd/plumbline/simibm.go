package main

import (
	"context"
	"fmt"
	"time"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
)

type simIBMCmd struct {
	Listen    string        `default:"127.0.0.1:0" help:"Address to listen on; loopback only." placeholder:"ADDR"`
	Instances int           `help:"Serve a large account of this many servers instead of the demo's." placeholder:"N"`
	Latency   time.Duration `help:"Time that every reply takes at least." placeholder:"50ms"`
	Tied      bool          `hidden:"" help:"Stop when the standard input ends, as it does when whoever holds it dies."`
}

// Help shows how the command is used.
func (simIBMCmd) Help() string {
	return `Prints the lines to export, then serves until it is stopped.

Example:
  plumbline sim ibm --listen 127.0.0.1:4598
  # in another terminal, after pasting the lines it printed:
  plumbline scan ibm`
}

// Run serves.
func (c simIBMCmd) Run(ctx context.Context, s streams) error {
	estate := ibmestate.Demo()
	if c.Instances > 0 {
		estate = ibmestate.Generate(ibmestate.Intent{Seed: 1, Accounts: 1, Regions: 3, Instances: c.Instances})
	}
	srv, err := ibmsim.Listen(c.Listen, ibmsim.New(estate, ibmsim.Latency(c.Latency)))
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "export PLUMBLINE_IBM_ENDPOINT=%s\nexport IBMCLOUD_API_KEY=%s\n", srv.URL, srv.APIKey(""))
	if c.Tied {
		var stop context.CancelFunc
		ctx, stop = tied(ctx, s)
		defer stop()
	}
	<-ctx.Done()
	return srv.Close()
}
