package jobs

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTheSameTroubleIsToldOnceAMinute(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	h := newCalm(slog.NewTextHandler(&out, nil)).WithAttrs([]slog.Attr{slog.String("part", "queue")})
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	say := func(after time.Duration, level slog.Level, message, err string) {
		r := slog.NewRecord(at.Add(after), level, message, 0)
		r.Add("err", err)
		if !h.Enabled(context.Background(), level) {
			return
		}
		if e := h.Handle(context.Background(), r); e != nil {
			t.Error(e)
		}
	}
	say(0, slog.LevelInfo, "started", "")
	for s := range 130 {
		say(time.Duration(s)*time.Second, slog.LevelError, "cannot fetch", "refused")
	}
	say(time.Second, slog.LevelError, "cannot fetch", "disk full")
	if got := strings.Count(out.String(), "refused"); got != 3 {
		t.Errorf("told %d times in 130 seconds", got)
	}
	if !strings.Contains(out.String(), "disk full") || !strings.Contains(out.String(), "part=queue") {
		t.Error("something else was not told:", out.String())
	}
	if strings.Contains(out.String(), "started") {
		t.Error("what is well was told")
	}
}
