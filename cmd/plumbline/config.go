package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/embedded"
)

// workerFlags say how work is done. Values are read here and not by the command
// line's parser, so that all that is wrong is told at once.
type workerFlags struct {
	Workers string `default:"4" env:"PLUMBLINE_WORKERS" help:"Parts of scans that this process works on at once, 1 to 64." placeholder:"N"`

	Stale      string `default:"1m" hidden:"" help:"Without a sign of life for so long a part of a scan is begun again."`
	SweepEvery string `default:"1m" hidden:"" help:"How often is looked for such parts and for scans that are due."`
}

// webFlags say where and how pages and API are served.
type webFlags struct {
	Listen  string `default:"127.0.0.1:8460" env:"PLUMBLINE_LISTEN" help:"Address to answer at." placeholder:"ADDR"`
	BaseURL string `name:"base-url" env:"PLUMBLINE_BASE_URL" help:"Address that people type, where it is not the one above." placeholder:"URL"`
	Cert    string `name:"tls-cert" env:"PLUMBLINE_TLS_CERT" type:"path" help:"File with the certificate, and those that vouch for it, for HTTPS." placeholder:"FILE"`
	Key     string `name:"tls-key" env:"PLUMBLINE_TLS_KEY" type:"path" help:"File with the certificate's private key." placeholder:"FILE"`
	Proxies string `name:"trusted-proxies" env:"PLUMBLINE_TRUSTED_PROXIES" help:"Proxies in front, whose word on where a request came from is taken; separate with commas." placeholder:"CIDR"`
}

// keyVariable names the redaction key. There is no flag: command lines can be
// read by every account of a machine.
const keyVariable = "PLUMBLINE_REDACTION_KEY"

// A config is what the flags and variables come to.
type config struct {
	database string // address; "" runs or joins a private server
	dir      string // of the private server, and of the redaction key
	rules    string // directory of rules above those of the program; "" for none
	pgBin    string
	key      *[32]byte // of redaction; nil is in dir
	workers  int
	stale    time.Duration // without a sign of life, after which a part is begun again
	every    time.Duration // between sweeps, and between looks for what is due
	wait     time.Duration // for a database that does not answer yet

	listen  string
	base    *url.URL // nil: where it listens
	cert    *tls.Certificate
	proxies []netip.Prefix
}

// connections are what the program needs of the database at once: one for each
// worker's pages and one for its signs of life, and some for pages and queue.
func (c *config) connections() int32 {
	return int32(min(12+2*c.workers, 40)) //nolint:gosec // between 12 and 40
}

// faults are what is wrong with a configuration.
type faults []string

// add notes a fault of a flag and its variable. The value is told where it is
// no secret.
func (f *faults) add(flag, variable, format string, a ...any) {
	name := flag + " (" + variable + ")"
	if flag == "" {
		name = variable
	}
	*f = append(*f, name+": "+fmt.Sprintf(format, a...))
}

func (f faults) err() error {
	switch len(f) {
	case 0:
		return nil
	case 1:
		return errors.New("The configuration has a fault, so nothing was started.\n- " + f[0])
	}
	return fmt.Errorf("The configuration has %d faults, so nothing was started.\n- %s", len(f), strings.Join(f, "\n- "))
}

// read checks where the data are.
func (f databaseFlags) read(c *config, wrong *faults) {
	c.database, c.pgBin = f.Database, f.PgBin
	if f.Database != "" {
		if err := postgres.CheckURL(f.Database); err != nil {
			wrong.add("--database-url", "DATABASE_URL", "%v", err)
		}
	}
	c.dir = f.DataDir
	if c.dir == "" {
		base, err := embedded.DefaultDir()
		if err != nil {
			wrong.add("--data-dir", "PLUMBLINE_DATA_DIR", "%v", err)
			return
		}
		c.dir = filepath.Join(base, serviceDir)
	}
	if fi, err := os.Stat(f.PgBin); f.PgBin != "" && (err != nil || !fi.IsDir()) {
		wrong.add("--pg-bin", "PLUMBLINE_PG_BIN", "there is no directory %s; it is the one that holds initdb and postgres.", f.PgBin)
	}
}

func (f workerFlags) read(c *config, wrong *faults) {
	n, err := strconv.Atoi(f.Workers)
	if err != nil || n < 1 || n > 64 {
		wrong.add("--workers", "PLUMBLINE_WORKERS", "%q is not a number from 1 to 64.", f.Workers)
	}
	c.workers = n
	c.stale = readSpan(f.Stale, "--stale", wrong)
	c.every = readSpan(f.SweepEvery, "--sweep-every", wrong)
	if text := os.Getenv(keyVariable); text != "" {
		key, err := redactionKey(text)
		if err != nil {
			wrong.add("", keyVariable, "it must be 64 hexadecimal digits. Make one with: openssl rand -hex 32")
		}
		c.key = &key
	}
}

func readSpan(text, flag string, wrong *faults) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second {
		wrong.add(flag, "no variable", "%q is not a time of a second or more, such as 90s or 2m.", text)
	}
	return d
}

func (f webFlags) read(c *config, wrong *faults) {
	c.listen = f.Listen
	ip, ok := readListen(f.Listen)
	if !ok {
		wrong.add("--listen", "PLUMBLINE_LISTEN", "%q is not an address; write it as 127.0.0.1:8460, or 0.0.0.0:8460 for every address of the machine.", f.Listen)
	}
	f.readTLS(c, wrong)
	f.readBase(c, wrong)
	if c.base == nil && f.BaseURL == "" && ok {
		f.mayGuessBase(ip, wrong)
	}
	for _, text := range strings.FieldsFunc(f.Proxies, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := readPrefix(text)
		if err != nil {
			wrong.add("--trusted-proxies", "PLUMBLINE_TRUSTED_PROXIES", "%q is neither an address nor a network; write it as 10.0.0.7 or 10.0.0.0/24.", text)
		}
		c.proxies = append(c.proxies, p)
	}
}

// readListen gives the address that is listened on; the zero address is every
// one of the machine.
func readListen(address string) (ip netip.Addr, ok bool) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return ip, false
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return ip, false
	}
	switch host {
	case "":
		return ip, true
	case "localhost":
		return netip.MustParseAddr("127.0.0.1"), true
	}
	ip, err = netip.ParseAddr(host)
	if ip.IsUnspecified() {
		ip = netip.Addr{}
	}
	return ip, err == nil
}

func (f webFlags) readTLS(c *config, wrong *faults) {
	switch {
	case f.Cert == "" && f.Key == "":
		return
	case f.Key == "":
		wrong.add("--tls-key", "PLUMBLINE_TLS_KEY", "it is missing; --tls-cert needs it.")
		return
	case f.Cert == "":
		wrong.add("--tls-cert", "PLUMBLINE_TLS_CERT", "it is missing; --tls-key needs it.")
		return
	}
	pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil { // it names the file that cannot be read, never what stands in it
		wrong.add("--tls-cert, --tls-key", "PLUMBLINE_TLS_CERT, PLUMBLINE_TLS_KEY", "the two files do not make a certificate with its key: %v.", err)
		return
	}
	c.cert = &pair
}

func (f webFlags) readBase(c *config, wrong *faults) {
	if f.BaseURL == "" {
		return
	}
	u, err := url.Parse(f.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		wrong.add("--base-url", "PLUMBLINE_BASE_URL", "%q is not an address of this kind: https://plumbline.example.com, without a path.", shown(f.BaseURL))
		return
	}
	u.Path = ""
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		wrong.add("--base-url", "PLUMBLINE_BASE_URL", "%s would carry passwords in the clear. Give --tls-cert and --tls-key, or let a proxy in front speak HTTPS, and write the address as https://%s.", u, u.Host)
	}
	c.base = u
}

// mayGuessBase says whether the address to listen at can be what people type.
func (f webFlags) mayGuessBase(ip netip.Addr, wrong *faults) {
	switch {
	case ip.IsLoopback():
	case !ip.IsValid():
		wrong.add("--base-url", "PLUMBLINE_BASE_URL", "it is missing. Answering at every address of the machine (--listen %s), the program cannot know which one people type.", f.Listen)
	case f.Cert == "":
		wrong.add("--listen", "PLUMBLINE_LISTEN", "%s can be reached from elsewhere and would carry passwords in the clear. Give --tls-cert and --tls-key, or let a proxy in front speak HTTPS and name its address by --base-url.", f.Listen)
	}
}

// shown leaves out the login that somebody wrote into an address.
func shown(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return "it"
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func readPrefix(text string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err
}
