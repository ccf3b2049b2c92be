package trial
import ("testing";"os";"time";"bytes";"context";"fmt";"sort"
"plumbline/internal/rule/catalog"
"plumbline/internal/cloud/facts"
"plumbline/internal/recording"
"plumbline/internal/snapshot"
"plumbline/internal/judge"
"path/filepath"
)
func TestScratch(t *testing.T){
 set,_:=catalog.Load()
 files,_ := filepath.Glob("../facts/testdata/aws/*.ndjson")
 more,_ := filepath.Glob("/tmp/h/H_*.ndjson")
 all := map[string]map[string]map[string]bool{}
 for _,f:=range append(files,more...) {
  b,_:=os.ReadFile(f)
  e := &example{set: set}
  ff := facts.For("aws")
  r := recording.NewReader(bytes.NewReader(b), ff.IsWorkload, 0)
  t0:=time.Now()
  e.context,_ = r.Context(context.Background())
  _ = r.Pages(context.Background(), func(p []snapshot.Resource) error { e.pages=append(e.pages,p...); return nil })
  fmt.Println(f,"read",time.Since(t0))
  bench := judge.NewBench(set,ff)
  t0=time.Now(); e.said = judged(bench,e.context,e.pages); fmt.Println("judge",time.Since(t0),len(e.told),len(e.gaps))
  t0=time.Now()
  for _,n:=range providers["aws"].needs { s:=e.without(bench,n.calls...)
   for _,r := range s { if all[n.calls[0]]==nil { all[n.calls[0]]=map[string]map[string]bool{} }; if all[n.calls[0]][r]==nil {all[n.calls[0]][r]=map[string]bool{}}; all[n.calls[0]][r][filepath.Base(f)]=true } }
  fmt.Println("all",time.Since(t0))
 }
 n := len(files)+len(more)
 for _,c := range providers["aws"].needs { fmt.Print(c.calls[0],": "); var rs []string; for r := range all[c.calls[0]] { rs=append(rs,r) }; sort.Strings(rs)
  for _,r := range rs { fmt.Print(r); if m:=all[c.calls[0]][r]; len(m)<n { fmt.Print("(only ");for f := range m {fmt.Print(f," ")}; fmt.Print(")") }; fmt.Print(" ") }; fmt.Println() }
}
