package awsfact

import "plumbline/internal/wire"

var storageShapes = map[string]*wire.Shape{
	CallVolumes: tagged(&wire.Shape{
		Kind: KindVolume, Split: listIn("volumeSet"), Sets: setsAt("attachmentSet:device"),
	}),
	CallSnapshots: tagged(&wire.Shape{
		Kind: KindPublicSnapshot, Split: listIn("snapshotSet"), Secrets: []string{"description", "statusMessage"},
	}),
	CallEncryption:    {Kind: KindEncryption, Split: wholeReply},
	CallSnapshotBlock: {Kind: KindSnapshotBlock, Split: wholeReply},
	CallImageBlock:    {Kind: KindImageBlock, Split: wholeReply},
	CallSerialConsole: {Kind: KindSerialConsole, Split: wholeReply},
}
