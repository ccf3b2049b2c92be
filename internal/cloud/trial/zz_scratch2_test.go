package trial
import ("testing";"os";"bytes";"context";"fmt"
"plumbline/internal/rule/catalog"
"plumbline/internal/cloud/facts"
"plumbline/internal/recording"
"plumbline/internal/snapshot"
"plumbline/internal/judge"
"plumbline/internal/finding"
"path/filepath"
)
func TestScratch2(t *testing.T){
 set,_:=catalog.Load()
 files,_ := filepath.Glob("../facts/testdata/aws/*.ndjson")
 more,_ := filepath.Glob("/tmp/h/H_*.ndjson")
 n := map[string]map[string]map[finding.Outcome]int{}
 files = append(files,more...)
 for _,f:=range files {
  b,_:=os.ReadFile(f)
  ff := facts.For("aws")
  r := recording.NewReader(bytes.NewReader(b), ff.IsWorkload, 0)
  c,_ := r.Context(context.Background())
  var pages []snapshot.Resource
  _ = r.Pages(context.Background(), func(p []snapshot.Resource) error { pages=append(pages,p...); return nil })
  bench := judge.NewBench(set,ff)
  for _,res := range []judge.Result{bench.Page(c,pages), bench.Close(c)} {
   for si := range res.Subjects { for ri,r := range res.Rules { if o:=res.Outcome(si,ri); o!=0 {
     if n[r.ID]==nil {n[r.ID]=map[string]map[finding.Outcome]int{}}
     if n[r.ID][f]==nil {n[r.ID][f]=map[finding.Outcome]int{}}
     n[r.ID][f][o]++ } } }
  }
 }
 for _,r := range set.Rules() { fmt.Print(r.ID," ",r.For," "); for _,f := range files { m:=n[r.ID][f]; fmt.Printf("| %s pass %d fail %d ? %d na %d ",filepath.Base(f)[:4],m[finding.Pass],m[finding.Fail],m[finding.Unknown],m[finding.NotApplicable]) }; fmt.Println(" ",r.Title) }
}
