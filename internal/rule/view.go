package rule

import (
	"errors"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// A view is a subject, or an element of one of its lists, as CEL sees it. It
// is always there: only what hangs at its leaves can be unknown. The parts of
// a subject between root and leaf ("metadata") are the same view under another
// static type.
type view struct {
	judge *Judge
	of    any
}

var errNoConversion = errors.New("a subject cannot be turned into another type")

// ConvertToNative refuses.
func (v *view) ConvertToNative(reflect.Type) (any, error) { return nil, errNoConversion }

// ConvertToType refuses.
func (v *view) ConvertToType(ref.Type) ref.Val { return types.WrapErr(errNoConversion) }

// Equal refuses: comparing subjects is not part of the language of rules.
func (v *view) Equal(ref.Val) ref.Val { return types.NewErr("subjects cannot be compared") }

// Type is a name that no rule can write.
func (v *view) Type() ref.Type { return types.DynType }

// Value is the view itself, for the accessors.
func (v *view) Value() any { return v }

// A gapList is a list that knows where it could not look. It yields what was
// seen, and its other answers are unknown as soon as a gap could change them.
type gapList struct {
	judge  *Judge
	field  *field
	of     any
	length int
	gap    *types.Unknown // nil if the list is whole
}

var _ traits.Lister = (*gapList)(nil)

// ConvertToNative refuses.
func (l *gapList) ConvertToNative(reflect.Type) (any, error) { return nil, errNoConversion }

// ConvertToType refuses.
func (l *gapList) ConvertToType(ref.Type) ref.Val { return types.WrapErr(errNoConversion) }

// Equal is refused at load, and here too.
func (l *gapList) Equal(ref.Val) ref.Val { return l.orGap(types.NewErr("lists cannot be compared")) }

// Type is the list type.
func (l *gapList) Type() ref.Type { return types.ListType }

// Value is the list itself.
func (l *gapList) Value() any { return l }

// Add is refused at load, and here too.
func (l *gapList) Add(ref.Val) ref.Val { return l.orGap(types.NewErr("lists cannot be joined")) }

// Contains is unknown where there is a gap. Elements are views, which equal
// nothing, so that "in" is refused at load.
func (l *gapList) Contains(ref.Val) ref.Val {
	return l.orGap(types.NewErr("a list of subjects has no 'in'"))
}

// Get is refused at load, and here too.
func (l *gapList) Get(ref.Val) ref.Val {
	return l.orGap(types.NewErr("lists have no order to rely on"))
}

// Size is unknown where there is a gap.
func (l *gapList) Size() ref.Val { return l.orGap(types.Int(l.length)) }

func (l *gapList) orGap(v ref.Val) ref.Val {
	if l.gap != nil {
		return l.gap
	}
	return v
}

// Iterator goes over what was seen. That something may be missing is added by
// the macros all and exists, see macro.go.
func (l *gapList) Iterator() traits.Iterator { return &walk{list: l} }

// Fold is Iterator for cel-go's comprehensions, without an iterator.
func (l *gapList) Fold(f traits.Folder) {
	for i := range l.length {
		if !f.FoldEntry(types.Int(i), l.elem(i)) {
			return
		}
	}
}

func (l *gapList) elem(i int) *view {
	return &view{judge: l.judge, of: l.field.item.at(l.of, l.judge.element(l.field, i))}
}

type walk struct {
	list *gapList
	next int
}

// HasNext tells whether something seen is left.
func (w *walk) HasNext() ref.Val { return types.Bool(w.next < w.list.length) }

// Next is the next thing seen.
func (w *walk) Next() ref.Val {
	if w.next >= w.list.length {
		return types.NewErr("the list has ended")
	}
	w.next++
	return w.list.elem(w.next - 1)
}

// ConvertToNative refuses.
func (w *walk) ConvertToNative(reflect.Type) (any, error) { return nil, errNoConversion }

// ConvertToType refuses.
func (w *walk) ConvertToType(ref.Type) ref.Val { return types.WrapErr(errNoConversion) }

// Equal refuses.
func (w *walk) Equal(ref.Val) ref.Val { return types.NewErr("iterators cannot be compared") }

// Type is the iterator type.
func (w *walk) Type() ref.Type { return types.IteratorType }

// Value is nothing.
func (w *walk) Value() any { return nil }
