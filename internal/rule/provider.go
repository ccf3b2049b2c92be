package rule

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// A provider tells CEL the types of one kind. Struct types are named for the
// path that leads to them: "workload", "workload.metadata".
type provider struct {
	*types.Registry
	structs map[string]map[string]*types.FieldType
}

func newProvider(k *kind) (*provider, error) {
	reg, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	p := &provider{Registry: reg, structs: map[string]map[string]*types.FieldType{}}
	p.add(string(k.kind), k.fields)
	return p, nil
}

// add lays out fields below a type, making the types between.
func (p *provider) add(root string, fields []*field) {
	for _, f := range fields {
		at := root
		parts := strings.Split(f.name, ".")
		for _, part := range parts[:len(parts)-1] {
			inner := at + "." + part
			p.put(at, part, &types.FieldType{Type: cel.ObjectType(inner), IsSet: isSet, GetFrom: itself})
			at = inner
		}
		p.put(at, f.last(), &types.FieldType{Type: f.typ, IsSet: isSet, GetFrom: func(v any) (any, error) {
			if u, ok := v.(*types.Unknown); ok {
				return u, nil // by construction only leaves are unknown; should one not be, it passes through
			}
			return f.read(v.(*view), f), nil
		}})
		if f.item != nil {
			p.add(f.item.name, f.item.fields)
		}
	}
}

func (p *provider) put(typ, name string, f *types.FieldType) {
	if p.structs[typ] == nil {
		p.structs[typ] = map[string]*types.FieldType{}
	}
	p.structs[typ][name] = f
}

func isSet(any) bool { return true }

func itself(v any) (any, error) { return v, nil }

// FindStructType knows our types, and the registry's.
func (p *provider) FindStructType(n string) (*types.Type, bool) {
	if _, ok := p.structs[n]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(n)), true
	}
	return p.Registry.FindStructType(n)
}

// FindStructFieldNames lists a type's fields.
func (p *provider) FindStructFieldNames(n string) ([]string, bool) {
	fields, ok := p.structs[n]
	if !ok {
		return p.Registry.FindStructFieldNames(n)
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	return names, true
}

// FindStructFieldType finds a field with its accessor.
func (p *provider) FindStructFieldType(n, f string) (*types.FieldType, bool) {
	if fields, ok := p.structs[n]; ok {
		ft, ok := fields[f]
		return ft, ok
	}
	return p.Registry.FindStructFieldType(n, f)
}

// NativeToValue lets our values pass as they are.
func (p *provider) NativeToValue(v any) ref.Val {
	if r, ok := v.(ref.Val); ok {
		return r
	}
	return p.Registry.NativeToValue(v)
}
