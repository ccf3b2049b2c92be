// Package embedded keeps a private PostgreSQL server for one data directory:
// it finds the installed programs, makes the cluster once, starts the server
// on a unix socket, adopts it if the program before this one was killed, and
// stops it.
//
// It never deletes data, never removes postmaster.pid, never makes a cluster
// in a directory that holds anything, never moves data between major versions,
// never listens on TCP and never runs the server as root.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Options say where the database lives. The zero value of each field but Dir
// is good.
type Options struct {
	Dir       string        // base directory, see DefaultDir
	BinDir    string        // holds initdb and postgres; "" looks in the usual places
	Wait      time.Duration // how long the server may take to answer; 0 is 30 s
	Log       func(string)  // told of each step, in a sentence; nil is silence
	Name      string        // of this program, for a second one that is turned away: "plumbline demo"
	Address   string        // where this program answers, "" if nowhere yet
	Ephemeral bool          // for tests only: data may be lost when the machine stops
}

func (o Options) tidy() (Options, error) {
	if o.Wait == 0 {
		o.Wait = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = func(string) {}
	}
	if o.Name == "" {
		o.Name = filepath.Base(os.Args[0])
	}
	if o.Dir == "" {
		return o, sentence("No directory is given for the database; set PLUMBLINE_DATA_DIR.")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, err
	}
	o.Dir = dir
	return o, nil
}

// A Server is a running private PostgreSQL.
type Server struct {
	place    place
	url      string
	attached bool
	lock     *lock
	pid      int
	cmd      *exec.Cmd // nil if the server was adopted or attached to
	gone     chan struct{}
	done     chan error
	halt     chan struct{} // closed when nobody watches any more
	stop     sync.Once
	stopErr  error
	stopping chan struct{}
}

// Start makes this process the owner of the directory and returns its server,
// new or adopted. It returns *InUse if another process owns the directory.
func Start(ctx context.Context, o Options) (*Server, error) {
	o, err := o.tidy()
	if err != nil {
		return nil, err
	}
	p, err := prepare(o.Dir)
	if err != nil {
		return nil, err
	}
	l, err := takeLock(ctx, p, o)
	if err != nil {
		return nil, err
	}
	s, err := own(ctx, o, p, l)
	if err != nil {
		l.release()
		return nil, err
	}
	return s, nil
}

func own(ctx context.Context, o Options, p place, l *lock) (*Server, error) {
	p.sweep()
	pw, err := p.password()
	if err != nil {
		return nil, err
	}
	s := newServer(p, pw)
	s.lock = l
	adopted, err := s.adopt(ctx, o)
	if err != nil {
		return nil, err
	}
	if adopted {
		o.Log("The database server of an earlier run is still there and is taken over.")
		go s.watch()
		return s, nil
	}
	if err := p.ensureCluster(ctx, o, pw); err != nil {
		return nil, err
	}
	if err := s.launch(ctx, o); err != nil {
		return nil, err
	}
	return s, nil
}

// Attach uses the server that another process owns. It waits at most o.Wait
// for it to answer. Stop then leaves the server alone.
func Attach(ctx context.Context, o Options) (*Server, error) {
	o, err := o.tidy()
	if err != nil {
		return nil, err
	}
	p, err := placeOf(o.Dir)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.Wait)
	defer cancel()
	var s *Server
	var refused error
	err = poll(ctx, func() bool {
		pw, err := os.ReadFile(p.passwordFile())
		if errors.Is(err, os.ErrPermission) {
			refused = explainDir(p.passwordFile(), err)
			return true
		}
		if err != nil {
			return false
		}
		s = newServer(p, string(pw))
		s.attached = true
		s.pid, err = s.proven(ctx)
		return err == nil
	})
	if refused != nil {
		return nil, refused
	}
	if err != nil {
		return nil, sentence("No database server answers for %s. Start \"plumbline serve\" or \"plumbline demo\" on that directory first, or set DATABASE_URL.", o.Dir)
	}
	go s.watch()
	return s, nil
}

func newServer(p place, password string) *Server {
	return &Server{
		place: p, url: p.url(password),
		gone: make(chan struct{}), done: make(chan error, 1), halt: make(chan struct{}), stopping: make(chan struct{}),
	}
}

// URL is how the database is reached. It holds the password: do not log it.
func (s *Server) URL() string { return s.url }

// Attached says that another process owns the server.
func (s *Server) Attached() bool { return s.attached }

// Pid is the process id of the server.
func (s *Server) Pid() int { return s.pid }

// Done yields one error, a whole sentence, if the server ends without having
// been asked to by this process.
func (s *Server) Done() <-chan error { return s.done }

// SetAddress notes where the owner answers, so that a second process can be
// told.
func (s *Server) SetAddress(address string) error {
	if s.lock == nil {
		return nil
	}
	return s.lock.setAddress(address)
}

// Stop ends the server as its owner, waiting for it to write down all it
// holds, and gives the directory free. An attached process only lets go. When
// ctx ends the server is told to stop at once, which loses nothing: it
// recovers at the next start.
func (s *Server) Stop(ctx context.Context) error {
	s.stop.Do(func() {
		close(s.stopping)
		if s.attached {
			close(s.halt)
			return
		}
		s.stopErr = s.end(ctx)
		close(s.halt)
		s.lock.release()
	})
	return s.stopErr
}

func (s *Server) died(how error) {
	close(s.gone)
	select {
	case <-s.stopping:
	default:
		who := "The database server"
		if s.attached {
			who = "The database server, which another process owns,"
		}
		status := ""
		if how != nil { // a server that was killed cannot have logged it
			status = fmt.Sprintf(" (%v)", how)
		}
		s.done <- fmt.Errorf("%s has stopped%s; what happened stands at the end of %s", who, status, s.place.logFile())
	}
}
