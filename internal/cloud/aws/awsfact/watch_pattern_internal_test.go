package awsfact

import "testing"

func TestFilterPatterns(t *testing.T) {
	t.Parallel()
	event := map[string]string{"eventName": "CreateSecurityGroup", "eventSource": "ec2.amazonaws.com", "errorCode": ""}
	const understoodNot = guess(-1)
	for text, want := range map[string]guess{
		`{ $.eventName = CreateSecurityGroup }`:                                  everyEvent,
		`{$.eventName="CreateSecurityGroup"}`:                                    everyEvent,
		`{ ($.eventName = DeleteTrail) || ($.eventName = CreateSecurityGroup) }`: everyEvent,
		`{ $.eventName = Create* }`:                                              everyEvent,
		`{ $.eventName = *Group }`:                                               everyEvent,
		`{ $.eventName = C*Sec*Group* }`:                                         everyEvent,
		`{ $.eventName = *Sec*Sec* }`:                                            noEvent,
		`{ $.eventName = CreateSecurity }`:                                       noEvent,
		`{ $.eventName != DeleteTrail }`:                                         everyEvent,
		`{ $.eventName != Create* }`:                                             noEvent,
		`{ ($.eventName = Create*) && ($.eventSource = ec2.amazonaws.com) }`:     everyEvent,
		`{ ($.eventName = Create*) && ($.eventSource = iam.amazonaws.com) }`:     noEvent,
		`{ ($.eventName = Create*) && ($.sourceIPAddress != 10.*) }`:             someEvents,
		`{ ($.eventName = Delete*) && ($.sourceIPAddress != 10.*) }`:             noEvent,
		`{ ($.eventName = Create*) || ($.sourceIPAddress != 10.*) }`:             everyEvent,
		`{ $.eventName = %Create.*% }`:                                           someEvents,
		`{ $.errorCode NOT EXISTS }`:                                             everyEvent,
		`{ $.errorCode EXISTS }`:                                                 noEvent,
		`{ $.errorCode = "AccessDenied*" }`:                                      noEvent,
		`{ $.errorCode != AccessDenied }`:                                        someEvents,
		`{ $.errorCode IS NULL }`:                                                someEvents,
		`{ $.userIdentity.sessionContext.attributes.mfaAuthenticated IS TRUE }`:  someEvents,
		`{ $.requestParameters.ipPermissions.items[0].fromPort > 21 }`:           someEvents,
		`{ $.eventName = A && $.eventName = B || $.eventName = C }`:              understoodNot,
		`{ ($.eventName = A }`:                                                   understoodNot,
		`{ $.eventName = "A }`:                                                   understoodNot,
		`{ $.eventName = }`:                                                      understoodNot,
		`{ $.eventName }`:                                                        understoodNot,
		`{ eventName = A }`:                                                      understoodNot,
		`{ }`:                                                                    understoodNot,
		`{ $.eventName = A } x`:                                                  understoodNot,
		`ERROR`:                                                                  understoodNot,
		`?CreateSecurityGroup ?DeleteSecurityGroup`:                              understoodNot,
		`[ip, user, , request]`:                                                  understoodNot,
		``:                                                                       understoodNot,
	} {
		p, err := parsePattern(text)
		switch {
		case err != nil && want != understoodNot:
			t.Errorf("%s is not understood", text)
		case err == nil && want == understoodNot:
			t.Errorf("%s is understood, and takes %d", text, p.matches(event))
		case err == nil && p.matches(event) != want:
			t.Errorf("%s: %d, want %d", text, p.matches(event), want)
		}
	}
}

// FuzzFilterPattern holds that no text breaks the reader, and that knowing more
// of an event turns no sure answer round.
func FuzzFilterPattern(f *testing.F) {
	for _, seed := range []string{`{ ($.eventName = A*) || ($.x != "b") && $.y EXISTS }`, `{(((($.a=b`, `{ $.eventName = *a*b* }`, `{$.x IS TRUE}`} {
		f.Add(seed, "CreateSecurityGroup", "b")
	}
	f.Fuzz(func(t *testing.T, text, name, x string) {
		p, err := parsePattern(text)
		if err != nil {
			return
		}
		less := p.matches(map[string]string{"eventName": name})
		more := p.matches(map[string]string{"eventName": name, "x": x, "y": x, "errorCode": ""})
		if less != someEvents && more != less {
			t.Fatalf("%q: %d, and knowing more %d", text, less, more)
		}
	})
}
