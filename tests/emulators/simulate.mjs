// Asks an IAM simulator for each request on stdin, as JSON: {policies, requests}. Prints its decisions in their order.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(pathToFileURL(process.argv[2] + '/'))
const { runSimulation } = require('@cloud-copilot/iam-simulate')
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const guards = [{ orgIdentifier: 'o-1', policies: [{ name: 'Everything', policy: everything }] }]

async function decided(policies, { role, action, resource, accountId, contextVariables }) {
  const answer = await runSimulation({
    identityPolicies: [{ name: role, policy: policies[role] }],
    serviceControlPolicies: guards,
    resourceControlPolicies: [],
    request: {
      action,
      resource: { resource, accountId },
      principal: `arn:aws:iam::${accountId}:role/${role}`,
      contextVariables,
    },
  }, {})
  return answer.resultType === 'error' ? `not simulated: ${JSON.stringify(answer.errors)}` : answer.overallResult
}

let typed = ''
for await (const part of process.stdin) typed += part
const { policies, requests } = JSON.parse(typed)
const answers = []
for (const request of requests) answers.push(await decided(policies, request))
console.log(JSON.stringify(answers))
