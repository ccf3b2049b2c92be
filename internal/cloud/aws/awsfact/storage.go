package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// storage reads how a region guards disks and what is made of them.
func storage(p area) estate.Storage {
	return estate.Storage{
		EncryptedByDefault: setting(p, KindEncryption, CallEncryption, func(s source, v wire.Value) fact.Of[bool] {
			return s.flag(v.Get("ebsEncryptionByDefault"), "/ebsEncryptionByDefault", "true", "false")
		}),
		Unencrypted: counted(p, KindVolume, CallVolumes, func(s source, v wire.Value) fact.Of[bool] {
			return not(s.flag(v.Get("encrypted"), "/encrypted", "true", "false"))
		}),
		// The listing is of those that anybody may restore, and of no others.
		PublicSnapshots: counted(p, KindPublicSnapshot, CallSnapshots, func(s source, _ wire.Value) fact.Of[bool] {
			return fact.Known(true, s.from, "")
		}),
		SnapshotBlock: setting(p, KindSnapshotBlock, CallSnapshotBlock, func(s source, v wire.Value) fact.Of[string] {
			return s.word(v.Get("state"), "/state", "unblocked", "block-new-sharing", "block-all-sharing")
		}),
		ImageBlock: setting(p, KindImageBlock, CallImageBlock, func(s source, v wire.Value) fact.Of[string] {
			return s.word(v.Get("imageBlockPublicAccessState"), "/imageBlockPublicAccessState", "unblocked", "block-new-sharing")
		}),
		SerialConsole: setting(p, KindSerialConsole, CallSerialConsole, func(s source, v wire.Value) fact.Of[bool] {
			return s.flag(v.Get("serialConsoleAccessEnabled"), "/serialConsoleAccessEnabled", "true", "false")
		}),
	}
}

// vaults lists a region's backup vaults. A vault that gives access to another
// one's backups holds none of its own and is left out (VaultType in the AWS
// Backup API reference).
func vaults(p area) fact.List[estate.Vault] {
	var list []estate.Vault
	var gaps []*fact.Reason
	broken := p.each(KindVault, func(s source, v wire.Value) {
		if v.Get("VaultType").Is("RESTORE_ACCESS_BACKUP_VAULT") {
			return
		}
		name, ok := filled(v.Get("BackupVaultName"))
		if !ok {
			gaps = append(gaps, s.why(snapshot.Absent, "/BackupVaultName"))
			return
		}
		list = append(list, estate.Vault{Name: name, Own: s.ownKey(v), Locked: s.truth(v.Get("Locked"), "/Locked")})
	})
	for _, h := range []*hole{broken, p.missing(CallVaults)} {
		if h != nil {
			gaps = append(gaps, h.why)
		}
	}
	return fact.Listed(list, p.answer(CallVaults), "", gaps...)
}

// ownKey says whether a vault is encrypted with a key of the account's own. A
// key's ARN alone does not tell it: the key that AWS Backup makes for an account
// has one too.
func (s source) ownKey(v wire.Value) fact.Of[bool] {
	return s.flag(v.Get("EncryptionKeyType"), "/EncryptionKeyType", "CUSTOMER_MANAGED_KMS_KEY", "AWS_OWNED_KMS_KEY")
}
