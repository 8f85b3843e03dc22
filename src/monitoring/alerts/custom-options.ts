import type { CustomAlert } from '../../api/alerts.js';
import { FieldReader } from '../../validation/field-reader.js';
import { isAsynchronous } from '../../validation/issues.js';
import { isText } from '../../validation/text.js';
import type { HostRule } from './custom-rule.js';
import { readClearAt, readLooks, readSeverity, readVolume } from './look-options.js';
import type { BadSide } from './rule.js';
import { ruleNames } from './rule-table.js';

/** More rules would make the check too slow. */
const mostRules = 100;

const expectedList = `a list of at most ${mostRules} rules, each { name, look, threshold, … }`;
const expectedName = 'a letter, then at most 63 letters, digits, ".", "_" or "-"';

/** The valid rules of the option `custom`. */
export function readCustomAlerts(reader: FieldReader): HostRule[] {
  const list = reader.value('custom', expectedList, isShortList) ?? [];
  const taken = new Map<string, string>(ruleNames.map((name) => [name, 'that of a rule of the package']));
  const path = reader.pathOf('custom');
  return Array.from(list, (item, index) => {
    const fields = new FieldReader(item ?? null, `${path}[${index}]`, reader.issues);
    const rule = readCustomAlert(fields);
    const { name } = rule.rule;
    const other = taken.get(name);
    if (other !== undefined && name !== '') reader.issues.add(`${path}[${index}].name`, 'a name of its own', other);
    else taken.set(name, `that of ${path}[${index}]`);
    return rule;
  });
}

function readCustomAlert(reader: FieldReader): HostRule {
  const name = reader.required('name', expectedName, isName) ?? '';
  const look = reader.required('look', 'a synchronous function of the snapshot', isLook) ?? (() => null);
  const threshold = reader.required('threshold', 'a number', isNumber);
  const bad: BadSide = reader.oneOf('bad', ['above', 'below'], 'above');
  const severity = readSeverity(reader);
  const [used, unused] = bad === 'above' ? ['clearBelow', 'clearAbove'] : ['clearAbove', 'clearBelow'];
  reader.skip(used, unused);
  const clearAt = threshold === undefined ? null : readClearAt(reader, used, bad, threshold);
  if (reader.has(unused))
    reader.reject(unused, `${used} in its place, as bad is '${bad}'`, reader.number(unused, 0, {}));
  const byVersion = reader.value('byVersion', 'true or false', isBoolean) ?? false;
  const affectsHealth = reader.value('affectsHealth', 'true or false', isBoolean) ?? true;
  const description = reader.value('description', 'a text', isText) ?? `${name} is`;
  const advice = reader.value('advice', 'a text', isText) ?? '';
  const raiseAfter = readLooks(reader, 'raiseAfter');
  const clearAfter = readLooks(reader, 'clearAfter');
  const minimumVolume = readVolume(reader);
  reader.rejectUnknown();
  return {
    rule: {
      ...{
        name,
        bad,
        threshold: threshold ?? 0,
        clearAt,
        raiseAfter,
        clearAfter,
        minimumVolume,
        severity,
        affectsHealth,
        advice,
      },
      isUrgent: false,
    },
    look,
    byVersion,
    description,
  };
}

function isShortList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= mostRules;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(value);
}

function isLook(value: unknown): value is CustomAlert['look'] {
  return typeof value === 'function' && !isAsynchronous(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
