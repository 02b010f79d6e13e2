// Rewrites TypeScript and ECMAScript modules below /box/program as CommonJS; types are not checked.
'use strict';
const fs = require('fs'), path = require('path');
const ts = require('/usr/share/nodejs/typescript');
const compilerOptions = {target: 'es2022', module: 'commonjs', esModuleInterop: true, experimentalDecorators: true, allowJs: true, resolveJsonModule: true};
let bad = false;
const visit = (from, to) => {
  fs.mkdirSync(to, {recursive: true});
  for (const entry of fs.readdirSync(from, {withFileTypes: true})) {
    const source = path.join(from, entry.name), target = path.join(to, entry.name);
    if (entry.isDirectory()) visit(source, target);
    else if (!/(?<!\.d)\.[cm]?[jt]s$/.test(entry.name)) fs.copyFileSync(source, target);
    else {
      const text = fs.readFileSync(source, 'utf8');
      const plain = /\.c?js$/.test(entry.name) && !/^\s*(import\b(?!\s*\()|export\b)/m.test(text);
      const made = plain ? {outputText: text, diagnostics: []} : ts.transpileModule(text, {compilerOptions, fileName: entry.name, reportDiagnostics: true});
      for (const problem of made.diagnostics) {
        bad = true;
        console.error(`${entry.name}: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`);
      }
      fs.writeFileSync(target, made.outputText);
    }
  }
};
visit('/box/program', '/tmp/out/program');
process.exit(bad ? 1 : 0);
