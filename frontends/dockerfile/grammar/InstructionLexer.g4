// Tokens of one logical line. The facade starts it in the mode that the keyword
// asks for, because what a character means differs between instructions. Bytes,
// not code points; `\` stands for the escape character of the file.
lexer grammar InstructionLexer;

// Keyword and flags; what follows them is handed on as it is.
KEYWORD : ~[ \t\r\u000B\u000C]+ -> mode(FLAGS) ;

mode FLAGS;
FLAGS_BLANK : Blank+ -> skip ;
FLAG : '--' FlagPart+ ;
FLAGS_END : '--' ( Blank .*? EOF )? ;
REST : '-' | ~[- \t\r\n\u000B\u000C] .*? EOF | '-' ~'-' .*? EOF ;

// Words between blanks: FROM, EXPOSE, COPY, ADD, VOLUME.
mode WORDS;
WORD : ~[ \t\r\u000B\u000C]+ ;
WORDS_BLANK : [ \t\r\u000B\u000C]+ -> skip ;

// Words in which quotes and escapes hold blanks: ENV, LABEL, ARG.
mode QUOTED_WORDS;
QUOTED_WORD : WordPart+ ;
QUOTED_WORDS_BLANK : ( Blank | WideBlank )+ -> skip ;

// The exec form. What no other rule knows makes it no JSON.
mode JSON;
JSON_OPEN : '[' ;
JSON_CLOSE : ']' ;
JSON_COMMA : ',' ;
JSON_OBJECT_OPEN : '{' ;
JSON_OBJECT_CLOSE : '}' ;
JSON_COLON : ':' ;
JSON_STRING : '"' ( '\\' ["\\/bfnrt] | '\\u' Hex Hex Hex Hex | ~["\\\u0000-\u001F] )* '"' ;
JSON_NUMBER : '-'? ( '0' | [1-9] [0-9]* ) ( '.' [0-9]+ )? ( [eE] [+-]? [0-9]+ )? ;
JSON_LITERAL : 'true' | 'false' | 'null' ;
JSON_BLANK : [ \t\r\n]+ -> skip ;
JSON_OTHER : . ;

// U+0085 and U+00A0 in UTF-8 are blanks between quoted words, as Go has it.
fragment Blank : [ \t\r\n\u000B\u000C] ;
fragment WideBlank : '\u00C2' [\u0085\u00A0] ;
fragment Hex : [0-9a-fA-F] ;
fragment FlagPart
  : '\\' ( . | EOF )
  | '"' ( '\\' ( . | EOF ) | ~["\\] )* ( '"' | EOF )
  | '\'' ( '\\' ( . | EOF ) | ~['\\] )* ( '\'' | EOF )
  | ~["'\\ \t\r\n\u000B\u000C]
  ;
fragment WordPart
  : '\\' ( . | EOF )
  | '"' ( '\\' ( . | EOF ) | ~["\\] )* ( '"' | EOF )
  | '\'' ~'\''* ( '\'' | EOF )
  | ~["'\\ \t\r\n\u000B\u000C\u00C2]
  | '\u00C2' ~[\u0085\u00A0]
  ;
