package main

import (
	"fmt"

	"plumbline/internal/cloud/aws"
)

type permissionsCmd struct {
	AWS permissionsAWSCmd `cmd:"" name:"aws" help:"Print the IAM policy for AWS."`
}

type permissionsAWSCmd struct{}

// Help shows how the command is used.
func (permissionsAWSCmd) Help() string {
	return `The policy is made from the calls that the collector declares; it makes no other.

Example:
  plumbline permissions aws > plumbline-policy.json
  aws iam create-policy --policy-name plumbline-read --policy-document file://plumbline-policy.json`
}

// Run prints the policy.
func (permissionsAWSCmd) Run(s streams) error {
	_, err := fmt.Fprintf(s.out, "%s\n", aws.Policy())
	return err
}
