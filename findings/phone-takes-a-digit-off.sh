#!/usr/bin/env bash
# phone takes the first digit off a valid landline of Hanoi or Cairo, which it does not know to be
# so long, and calls the rest valid: the callback rings elsewhere. Tokyo's and Berlin's it refuses.
#
# Package:  phone 3.1.72, google-libphonenumber 3.2.47 (npm)
# Expected: A number in E.164, with its plus, is that number or not valid. validateMobilePrefix:
#           false is for landlines, as its page says.
# Seen:     Of the examples that Google's library has, one a country, 5 landlines come back as other
#           numbers, and so do 17 free numbers and 6 mobile ones, Argentina's among them. 45
#           landlines are refused: Tokyo, Seoul, Beijing, Bangkok, Berlin. The lengths are those of
#           mobile numbers: with one digit too many the first is held for a trunk prefix, whatever
#           it is. Benin's ten digits of November 2024 are refused, its old eight are valid.
# Matters:  The customer who waits for a callback gets none, and a stranger does. With
#           strictDetection: true no number is changed, and these are refused as well.
# Source:   AfterShip/phone, src/index.ts; its issue 210 has it of a mistyped number
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . \
  phone@3.1.72 google-libphonenumber@3.2.47 || exit 2

cat >numbers.cjs <<'JS'
const { phone } = require('phone');
const { PhoneNumberFormat, PhoneNumberType, PhoneNumberUtil } = require('google-libphonenumber');

const util = PhoneNumberUtil.getInstance();

function examples(type, options) {
  const found = { same: 0, refused: [], other: [] };
  for (const country of util.getSupportedRegions()) {
    const example = util.getExampleNumberForType(country, type);
    if (!example) continue;
    const number = util.format(example, PhoneNumberFormat.E164);
    const read = phone(number, options);
    if (!read.isValid) found.refused.push(country);
    else if (read.phoneNumber === number) found.same += 1;
    else found.other.push(`${number} -> ${read.phoneNumber}`);
  }
  return found;
}

const landlines = { validateMobilePrefix: false };
const kinds = {
  landline: examples(PhoneNumberType.FIXED_LINE, landlines),
  mobile: examples(PhoneNumberType.MOBILE, {}),
  free: examples(PhoneNumberType.TOLL_FREE, landlines),
};
console.log('phone 3.1.72 - google-libphonenumber 3.2.47');
console.log('expected: no valid number becomes another one');
for (const [kind, { same, refused, other }] of Object.entries(kinds)) {
  const counts = [same, 'as they were,', refused.length, 'refused,', other.length, 'others'];
  console.log(`seen: ${kind}:`, ...counts);
}
console.log('seen:', kinds.landline.other.join(', '));
const hanoi = '+842438220022';
const strict = phone(hanoi, { ...landlines, strictDetection: true }).isValid;
console.log(`seen: Hanoi: ${phone(hanoi, landlines).phoneNumber}, strictly:`, strict);
const benin = ['+2290197123456', '+22997123456'].map((number) => phone(number).isValid);
console.log('seen: Benin, new and old:', ...benin);
const { refused } = kinds.landline;
const cities = ['JP', 'KR', 'CN', 'TH', 'DE'].every((city) => refused.includes(city));
const counts = Object.values(kinds).map(({ other }) => other.length).join();
process.exit(cities && counts === '5,6,17' && !strict && benin.join() === 'false,true' ? 0 : 1);
JS
node numbers.cjs
