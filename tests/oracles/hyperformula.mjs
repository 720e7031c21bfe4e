// node hyperformula.mjs FOLDER CELLS ANSWERS: computes the sheets in the JSON file CELLS with the
// HyperFormula that is installed in FOLDER, and writes the values of the wanted cells to ANSWERS.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, cells, answers] = process.argv.slice(2);
const { HyperFormula } = createRequire(join(folder, 'package.json'))('hyperformula');
const { sheets, wanted } = JSON.parse(readFileSync(cells, 'utf8'));

const engine = HyperFormula.buildFromSheets(sheets, {
  licenseKey: 'gpl-v3',
  useArrayArithmetic: true, // SUMPRODUCT computes what is within it cell by cell, as elsewhere
  evaluateNullToZero: true, // a formula that reads a blank cell is 0, as elsewhere
  smartRounding: false, // otherwise it rounds what each operation leaves
  maxRows: 1048576,
  maxColumns: 16384,
});

// An error is an object that holds its name, such as #VALUE!.
const plain = (value) => (value !== null && typeof value === 'object' ? value.value : value);
const values = wanted.map(([sheet, row, col]) =>
  plain(engine.getCellValue({ sheet: engine.getSheetId(sheet), row, col })),
);
writeFileSync(answers, JSON.stringify(values));
