// HubSpot's own SDK against the account in memory: what it sends must be understood, what it is answered it must be
// able to read. Run by ../sdk.rs: node drive.js BASE_URL TOKEN. Ends with 0 and one line for each thing that worked.
'use strict'

const assert = require('node:assert/strict')
const { Client } = require('@hubspot/api-client')
const { FilterOperatorEnum } = require('@hubspot/api-client/lib/codegen/crm/contacts/models/Filter')

const [basePath, accessToken] = process.argv.slice(2)
const limiterOptions = { maxConcurrent: 6, minTime: 1 }
const client = new Client({ accessToken, basePath, limiterOptions })
const contacts = client.crm.contacts

// What the SDK throws, with its body read.
const failure = async (promise) => {
  const error = await promise.then(() => assert.fail('should have failed'), (error) => error)
  assert.equal(typeof error.code, 'number', `no error of the API: ${error.stack}`)
  return { code: error.code, body: typeof error.body === 'string' ? JSON.parse(error.body) : error.body }
}

// A control call of the sandbox.
const control = async (method, path, body) => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${basePath}/_sandbox/${path}`, { method, headers, body: JSON.stringify(body) })
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`)
}

const steps = {
  async 'create, read, update and archive one contact'() {
    const made = await contacts.basicApi.create({ properties: { firstname: 'Ada', email: 'ada@example.com' } })
    assert.equal(made.properties.firstname, 'Ada')
    assert.ok(made.createdAt instanceof Date && !Number.isNaN(made.createdAt.getTime()))
    const changed = await contacts.basicApi.update(made.id, { properties: { lastname: 'Reyes', firstname: '' } })
    assert.ok(changed.updatedAt >= made.updatedAt)
    const read = await contacts.basicApi.getById(made.id, ['firstname', 'lastname'], ['lastname'])
    assert.deepEqual([read.properties.firstname, read.properties.lastname], [null, 'Reyes'])
    const [version] = read.propertiesWithHistory.lastname
    assert.deepEqual([version.value, version.sourceType], ['Reyes', 'INTEGRATION'])
    assert.ok(version.timestamp instanceof Date)
    const byAddress = await contacts.basicApi.getById('ada@example.com', [], [], [], false, 'email')
    assert.equal(byAddress.id, made.id)
    await contacts.basicApi.archive(made.id)
    const archived = await contacts.basicApi.getById(made.id, ['lastname'], undefined, undefined, true)
    assert.ok(archived.archived && archived.archivedAt instanceof Date)
  },

  async 'page through all contacts'() {
    await control('POST', 'contacts/people', { count: 250, seed: 3 })
    const first = await contacts.basicApi.getPage(100, undefined, ['phone'])
    assert.equal(first.results.length, 100)
    assert.ok(first.paging.next.after)
    const all = await contacts.getAll(100, undefined, ['phone', 'company'])
    assert.equal(new Set(all.map((contact) => contact.id)).size, 250)
    assert.ok(all.every((contact) => contact.properties.phone.startsWith('+1')))
  },

  async 'create a batch with mixed results'() {
    const answer = await contacts.batchApi.create({
      inputs: [
        { objectWriteTraceId: 'one', properties: { firstname: 'Ben' }, associations: [] },
        { objectWriteTraceId: 'two', properties: { firstname: 'Cem', nonsense: 'x' }, associations: [] },
        { objectWriteTraceId: 'three', properties: { email: 'person7@example.com' }, associations: [] },
      ],
    })
    assert.equal(answer.constructor.name, 'BatchResponseSimplePublicObjectWithErrors', 'the SDK saw a 207')
    assert.deepEqual(answer.results.map((row) => row.objectWriteTraceId), ['one'])
    assert.equal(answer.numErrors, 2)
    const categories = answer.errors.map((error) => [error.context.objectWriteTraceId[0], error.category])
    assert.deepEqual(new Map(categories.sort()), new Map([['three', 'CONFLICT'], ['two', 'VALIDATION_ERROR']]))
    assert.ok(answer.completedAt instanceof Date)
  },

  async 'read, update and archive batches'() {
    const rows = (await contacts.batchApi.create({
      inputs: ['D', 'E', 'F'].map((firstname) => ({ properties: { firstname }, associations: [] })),
    })).results
    assert.equal(rows.length, 3)
    const read = await contacts.batchApi.read({
      inputs: [{ id: rows[0].id }, { id: '5' }, { id: '6' }], properties: ['firstname'], propertiesWithHistory: [],
    })
    assert.deepEqual([read.results.length, read.numErrors], [1, 1])
    assert.deepEqual([read.errors[0].category, read.errors[0].context.ids], ['OBJECT_NOT_FOUND', ['5', '6']])
    const inputs = rows.map(({ id }) => ({ id, properties: { company: 'Acme' } }))
    const updated = await contacts.batchApi.update({ inputs })
    assert.equal(updated.constructor.name, 'BatchResponseSimplePublicObject', 'the SDK saw a 200')
    assert.deepEqual(updated.results.map((row) => row.id).sort(), rows.map((row) => row.id).sort())
    const mixed = await contacts.batchApi.update({ inputs: [inputs[0], { id: '5', properties: { company: 'x' } }] })
    assert.deepEqual([mixed.results.length, mixed.errors[0].context.ids], [1, ['5']])
    await contacts.batchApi.archive({ inputs: rows.map(({ id }) => ({ id })) })
    assert.equal((await failure(contacts.basicApi.getById(rows[0].id))).code, 404)
  },

  async 'search with filters, order and pages'() {
    const request = {
      filterGroups: [{
        filters: [
          { propertyName: 'lastmodifieddate', operator: FilterOperatorEnum.Gte, value: '1000' },
          { propertyName: 'email', operator: FilterOperatorEnum.ContainsToken, value: 'person*' },
        ],
      }],
      sorts: ['-lastmodifieddate'],
      properties: ['email'],
      limit: 200,
    }
    const first = await contacts.searchApi.doSearch(request)
    assert.deepEqual([first.total, first.results.length], [250, 200])
    const second = await contacts.searchApi.doSearch({ ...request, after: first.paging.next.after })
    assert.deepEqual([second.results.length, second.paging], [50, undefined])
    assert.equal(new Set([...first.results, ...second.results].map((contact) => contact.id)).size, 250)
  },

  async 'merge two contacts'() {
    const [one, two] = (await contacts.basicApi.getPage(2)).results
    const merged = await contacts.basicApi.merge({ primaryObjectId: one.id, objectIdToMerge: two.id })
    assert.ok(![one.id, two.id].includes(merged.id))
    const read = await contacts.basicApi.getById(two.id, ['hs_merged_object_ids'])
    assert.deepEqual([read.id, read.properties.hs_merged_object_ids], [merged.id, `${one.id};${two.id}`])
  },

  async 'definitions and the account'() {
    const properties = (await client.crm.properties.coreApi.getAll('contacts')).results
    const find = (name) => properties.find((property) => property.name === name)
    assert.equal(find('hs_object_id').modificationMetadata.readOnlyValue, true)
    assert.ok(find('lifecyclestage').options.some((option) => option.value === 'lead'))
    const details = await (await client.apiRequest({ path: '/account-info/v3/details' })).json()
    assert.equal(details.timeZone, 'UTC')
    const usage = await client.apiRequest({ path: '/account-info/v3/api-usage/daily/private-apps' })
    assert.ok((await usage.json()).results[0].currentUsage > 0)
  },

  async 'a call with its contact'() {
    const [{ id }] = (await contacts.basicApi.getPage(1)).results
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 194 }]
    const properties = { hs_timestamp: '2026-02-28T09:00:00Z', hs_call_duration: '65000', hs_call_direction: 'INBOUND' }
    const call = await client.crm.objects.calls.basicApi.create({ properties, associations: [{ to: { id }, types }] })
    assert.equal(call.properties.hs_call_duration, '65000')
  },

  async 'errors with their bodies'() {
    const missing = await failure(contacts.basicApi.getById('5'))
    assert.deepEqual([missing.code, missing.body.category], [404, 'OBJECT_NOT_FOUND'])
    const taken = await failure(contacts.basicApi.create({ properties: { email: 'person9@example.com' } }))
    assert.deepEqual([taken.code, taken.body.category], [409, 'CONFLICT'])
    assert.match(taken.body.message, /Existing ID: \d+$/)
    const invalid = await failure(contacts.basicApi.create({ properties: { firstname: 'x', nonsense: 'x' } }))
    assert.deepEqual([invalid.code, invalid.body.errors[0].code], [400, 'PROPERTY_DOESNT_EXIST'])
    assert.match(invalid.body.correlationId, /^[0-9a-f-]{36}$/)
    const stranger = new Client({ accessToken: 'pat-na1-other', basePath, limiterOptions })
    const refused = await failure(stranger.crm.contacts.basicApi.getPage())
    assert.deepEqual([refused.code, refused.body.category], [401, 'INVALID_AUTHENTICATION'])
    await control('PUT', 'faults', [{ on: 'any', times: 1, do: { refuse: { status: 429, policy: 'DAILY' } } }])
    const limited = await failure(contacts.basicApi.getPage())
    assert.deepEqual([limited.code, limited.body.policyName], [429, 'DAILY'])
  },

  async 'retries of what the SDK can tell will pass'() {
    const patient = new Client({ accessToken, basePath, limiterOptions, numberOfApiCallRetries: 3 })
    for (const refuse of [{ status: 429, policy: 'SECONDLY' }, { status: 502 }]) {
      await control('PUT', 'faults', [{ on: 'search', times: 1, do: { refuse } }])
      const found = await patient.crm.contacts.searchApi.doSearch({ limit: 1 })
      assert.equal(found.results.length, 1)
    }
    await control('PUT', 'faults', [])
  },
}

const main = async () => {
  for (const [name, step] of Object.entries(steps)) {
    await step()
    console.log(`ok: ${name}`)
  }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
